// Runs every attack on transformations, and says of each how it ended: by itself in a process whose memory is capped.
import { faultOfSource, transformData } from '../../lambdas/core/transforms/engine.ts';
import { TRANSFORM_ATTACKS } from './attacks/transforms.ts';

const FACTS = { id: 'evt_1', type: 'a.b', acceptedAtMs: 0, channels: [] };

function verdictOf(source: string, data: object = {}): string {
  const fault = faultOfSource(source);
  if (fault !== undefined) return `refused: ${fault}`;
  const result = transformData(source, { ...FACTS, data: JSON.stringify(data) });
  return result.kind === 'failed' ? `failed: ${result.reason}` : `done: ${result.data.length}`;
}

if (process.argv[2] === 'base') {
  verdictOf('{"a": $contains("a", /a/i)}');
  globalThis.gc?.();
  console.log(process.memoryUsage().heapUsed);
} else {
  const rows = Object.entries(TRANSFORM_ATTACKS).flatMap(([kind, attacks]) =>
    attacks.map(({ source, data }) => {
      const { user: before } = process.threadCpuUsage();
      const verdict = verdictOf(source, data);
      const ms = (process.threadCpuUsage().user - before) / 1_000;
      return { kind, source: source.slice(0, 60), verdict, ms: Math.round(ms) };
    }),
  );
  console.log(JSON.stringify(rows));
}

// Deliveries a second on this machine, memory, and what the functions weigh: bundle and import time.
// npm run bench -- throughput
import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { median, report, rounded } from './report.ts';
import { shortName, startWorld } from './world.ts';

const COUNT = Number(process.env.BENCH_EVENTS ?? 10_000);
const IMPORTS = 5;

export async function throughput(): Promise<void> {
  const rows: object[] = [];
  const weights: object[] = [];
  const world = await startWorld();
  try {
    await world.endpoint('/throughput/0', { contract: 'kyc-hmac' });
    await world.post({ count: 1_000 });
    await world.untilArrived(1_000);
    for (const batch of [1, 100]) {
      world.forgetArrivals();
      const startedAt = performance.now();
      await world.post({ count: COUNT, batch, concurrency: batch === 1 ? 32 : 4 });
      const arrivals = await world.untilArrived(COUNT);
      const seconds = (performance.now() - startedAt) / 1000;
      rows.push({
        batch,
        deliveries: COUNT,
        'a second': rounded(COUNT / seconds, 0),
        doubled: arrivals.length - new Set(arrivals.map(({ id }) => id)).size,
        'memory MB': rounded(process.memoryUsage().rss / 1e6, 0),
      });
    }
    for (const [name, { definition }] of world.runtime.functions) {
      weights.push({
        function: shortName(name),
        'bundle kB': rounded(statSync(definition.bundleFile).size / 1000, 0),
        'import ms': rounded(median(importTimes(definition.bundleFile, definition.env)), 0),
      });
    }
  } finally {
    await world.close();
  }
  report('throughput', rows, { weights });
  console.table(weights);
}

/** Each in a process of its own, which has done nothing else. */
function importTimes(file: string, env: Record<string, string>): number[] {
  const code = `const t=performance.now();await import(${JSON.stringify(pathToFileURL(file).href)});console.log(performance.now()-t);process.exit()`;
  return Array.from({ length: IMPORTS }, () =>
    Number(
      execFileSync(process.execPath, ['--input-type=module', '-e', code], {
        encoding: 'utf8',
        env: { ...env, PATH: process.env.PATH ?? '' },
      }),
    ),
  );
}

// Whether the embedded runtime grows: 15 minutes at 60 events a second. BENCH_SECONDS=60 npm run bench -- soak is shorter.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRuntime } from '../../local/runtime.ts';
import { report, rounded } from '../report.ts';
import { startWorld } from '../world.ts';
import { folderMb, type Load, makeEndpoints, underLoad } from './load.ts';
import { slope, verdictsOf } from './verdict.ts';

const LOAD: Load = {
  seconds: Number(process.env.BENCH_SECONDS ?? 900),
  rate: 60,
  everySeconds: 10,
};

export async function soak(): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'posthorn-soak-'));
  try {
    const world = await startWorld({ dataDir });
    const { samples, rest } = await makeEndpoints(world)
      .then(() => underLoad(world, LOAD, (sample) => console.log(sample)))
      .finally(() => world.close());
    const verdicts = verdictsOf(samples, rest, await contentMb(dataDir), LOAD.everySeconds);
    const anonymousSlope = rounded(slope(samples.slice(samples.length / 2), 'anonymous') * 1_000);
    report('soak', verdicts, { ...LOAD, rest, anonymousSlope, samples });
    if (verdicts.some(({ holds }) => !holds)) process.exitCode = 1;
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/** LevelDB removes what it does not need any more when it opens its folder. */
async function contentMb(dataDir: string): Promise<number> {
  const runtime = await startRuntime({ dataDir, receiver: false, quiet: true });
  try {
    return folderMb(dataDir);
  } finally {
    await runtime.stop();
  }
}

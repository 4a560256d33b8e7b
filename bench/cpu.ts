// CPU time of our handlers per delivery, ingest to ledger, by stage and contract: each function in a
// process of its own, the emulators, producer and receiver in others. npm run bench -- cpu
// (BENCH_CONTRACT=kyc-hmac for one contract, BENCH_EVENTS=20000 for a longer run)
//
// Machines differ, and this one from hour to hour. So a signed POST is measured in between, and the figures are given
// in signed POSTs as well.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CONTRACT_NAMES, type ContractName } from '../lambdas/core/contracts/all.ts';
import { GATHERED } from './cost.ts';
import { median, report, rounded } from './report.ts';
import { startWorld, type World } from './world.ts';

const WARM = 5_000;
const COUNT = Number(process.env.BENCH_EVENTS ?? 10_000);
const STAGES = ['Ingest', 'FanOut', 'Dispatch'] as const;

async function measure(world: World, batch: number, type: string): Promise<number[]> {
  world.forgetArrivals();
  await world.post({ type, count: WARM, batch });
  await world.untilArrived(WARM);
  const before = world.cpuMs();
  world.forgetArrivals();
  await world.post({ type, count: COUNT, batch });
  await world.untilArrived(COUNT);
  const after = world.cpuMs();
  return STAGES.map((stage) => ((after.get(stage) ?? 0) - (before.get(stage) ?? 0)) / COUNT);
}

/** CPU ms of a signed POST through undici, at this moment. */
async function signedPost({ receiverUrls }: World): Promise<number> {
  const file = fileURLToPath(new URL('./signed-posts.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [file, `${receiverUrls[0]}/yard`]);
  return Number(stdout);
}

const QUEUES = { gathered: GATHERED, 'at once': undefined };

export async function cpu(): Promise<void> {
  const rows: object[] = [];
  const yardsticks: number[] = [];
  const contracts: readonly ContractName[] = process.env.BENCH_CONTRACT
    ? [process.env.BENCH_CONTRACT as ContractName]
    : CONTRACT_NAMES;
  for (const [queues, settings] of Object.entries(QUEUES)) {
    const world = await startWorld({ isolation: 'process', ...(settings ? { settings } : {}) });
    try {
      let before = await signedPost(world);
      for (const contract of contracts) {
        const type = `cpu.${contract}`;
        await world.endpoint(`/${contract}/0`, { contract, eventTypes: [type] });
        for (const batch of [1, 100]) {
          const stages = await measure(world, batch, type);
          const after = await signedPost(world);
          const yardstick = (before + after) / 2;
          yardsticks.push(yardstick);
          before = after;
          const whole = stages.reduce((sum, ms) => sum + ms, 0);
          const [ingest = 0, fanOut = 0, dispatch = 0] = stages.map((ms) => rounded(ms, 3));
          const all = {
            'ms per delivery': rounded(whole, 3),
            'in signed POSTs': rounded(whole / yardstick, 1),
          };
          rows.push({ contract, queues, batch, ingest, fanOut, dispatch, ...all });
          console.log(rows.at(-1));
        }
      }
    } finally {
      await world.close();
    }
  }
  const signedPostMs = rounded(median(yardsticks), 3);
  console.log(`a signed POST through undici: ${signedPostMs} ms`);
  report('cpu', rows, { deliveries: COUNT, signedPostMs });
}

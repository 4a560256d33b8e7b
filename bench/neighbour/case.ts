// One measurement, in a process of its own so that none inherits another's heap: node case.ts <how> <rate> <seconds>
import { percentile } from '../report.ts';
import { startWorld, type World } from '../world.ts';

/** Of the healthy endpoint: from accepted to received in ms, and when that was in Unix milliseconds. */
export interface Wait {
  readonly ms: number;
  readonly endedAtMs: number;
}
export interface Measured {
  readonly p50: number;
  readonly p99: number;
  /** The slowest hundredth. */
  readonly slowest: readonly Wait[];
}

export const HEALTHY_RATE = 25;

async function measure(
  world: World,
  how: string,
  rate: number,
  seconds: number,
): Promise<Measured> {
  const contract = 'standard-webhooks';
  await world.endpoint('/healthy/0', { contract, eventTypes: ['healthy'] });
  await world.endpoint(`/neighbour/${how}`, { contract, eventTypes: ['neighbour'] }, 1);
  await world.post({ type: 'healthy', count: 200, rate: 100 });
  await world.untilArrived(200);
  world.forgetArrivals();
  const [posted = []] = await Promise.all([
    world.post({ type: 'healthy', count: HEALTHY_RATE * seconds, rate: HEALTHY_RATE }),
    world.post({ type: 'neighbour', count: rate * seconds, rate }),
  ]);
  const answered = new Map(posted.map(({ id, answeredAtMs }) => [id, answeredAtMs]));
  const arrivals = await world.untilArrived(posted.length, 120_000, '/healthy');
  const waits = arrivals.map(({ id, atMs }) => ({
    ms: Math.max(0, atMs - (answered.get(id) ?? Number.NaN)),
    endedAtMs: atMs,
  }));
  const values = waits.map(({ ms }) => ms);
  const p99 = percentile(values, 0.99);
  return { p50: percentile(values, 0.5), p99, slowest: waits.filter(({ ms }) => ms >= p99) };
}

const [how, rate, seconds] = process.argv.slice(2);
if (import.meta.main && how !== undefined) {
  const world = await startWorld({ emulators: 'process' });
  process.send?.(await measure(world, how, Number(rate), Number(seconds)));
  await world.close();
  process.exit();
}

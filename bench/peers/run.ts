// Posthorn beside other services, with one producer and receiver for all of them: node bench/peers/run.ts
// PEER_OUTPOST and PEER_SVIX are the paths of their servers, which you have built; a service without a path is left out.
// PEER_REDIS, PEER_POSTGRES and PEER_RABBITMQ are the URLs of the stores: see outpost.ts and svix.ts.
import { type Outside, startOutside } from '../outside/driver.ts';
import type { Arrival, Posted } from '../outside/process.ts';
import { median, percentile, report, rounded } from '../report.ts';
import { startOutpost } from './outpost.ts';
import type { Peer } from './peer.ts';
import { startPosthorn } from './posthorn.ts';
import { startSvix } from './svix.ts';

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const SECONDS = Number(process.env.BENCH_SECONDS ?? 20);
const BURST = Number(process.env.BENCH_EVENTS ?? 5_000);
const WARM = 500;
const RATE = 50;
const NEIGHBOURS_RATE = 25;
const NEIGHBOUR_MS = 9_000;
const WAIT_MS = 60_000;

const { PEER_OUTPOST, PEER_SVIX } = process.env;
const STARTS: Readonly<Record<string, (() => Promise<Peer>) | undefined>> = {
  Posthorn: startPosthorn,
  Outpost: PEER_OUTPOST ? () => startOutpost(PEER_OUTPOST) : undefined,
  Svix: PEER_SVIX ? () => startSvix(PEER_SVIX) : undefined,
};

type Figures = Record<string, number>;

async function measure(peer: Peer, outside: Outside): Promise<Figures> {
  const [first = '', second = ''] = outside.receiverUrls;
  await peer.endpoint(`${first}/single/0`, 'single');
  await peer.endpoint(`${first}/healthy/0`, 'healthy');
  await peer.endpoint(`${second}/neighbour/${NEIGHBOUR_MS}`, 'neighbour');
  const send = (type: string, count: number, rate?: number): Promise<Posted[]> =>
    outside.post({ ...peer.order, type, count, ...(rate === undefined ? {} : { rate }) });
  const arrived = (type: string, count: number): Promise<Arrival[]> =>
    outside.arrivedWithin(count, WAIT_MS, `/${type}`);
  const run = async (type: string, count: number, rate?: number) => {
    outside.forgetArrivals();
    const [before, startedAt] = [peer.cpuMs(), performance.now()];
    const posted = await send(type, count, rate);
    const arrivals = await arrived(type, count);
    const seconds = (performance.now() - startedAt) / 1_000;
    const after = peer.cpuMs();
    return {
      seconds,
      waits: waitsOf(posted, arrivals),
      missing: count - new Set(arrivals.map(({ id }) => id)).size,
      serverMs: (after.server - before.server) / count,
      allMs: (after.server + after.stores - before.server - before.stores) / count,
    };
  };

  await run('single', WARM);
  const burst = await run('single', BURST);
  const steady = await run('single', RATE * SECONDS, RATE);
  const events = NEIGHBOURS_RATE * SECONDS;
  const alone = await run('healthy', events, NEIGHBOURS_RATE);
  const [beside] = await Promise.all([
    run('healthy', events, NEIGHBOURS_RATE),
    send('neighbour', events, NEIGHBOURS_RATE),
  ]);
  return {
    'deliveries a second': BURST / burst.seconds,
    'CPU ms each, server': burst.serverMs,
    'CPU ms each, with stores': burst.allMs,
    'at 50/s: p50 ms': percentile(steady.waits, 0.5),
    'at 50/s: p99 ms': percentile(steady.waits, 0.99),
    'at 50/s: CPU ms each, server': steady.serverMs,
    'at 50/s: CPU ms each, with stores': steady.allMs,
    'alone: p50 ms': percentile(alone.waits, 0.5),
    'alone: p99 ms': percentile(alone.waits, 0.99),
    'beside 9 s: p50 ms': percentile(beside.waits, 0.5),
    'beside 9 s: p99 ms': percentile(beside.waits, 0.99),
    'beside 9 s: not there after a minute': beside.missing,
    'lost or late otherwise': burst.missing + steady.missing + alone.missing,
  };
}

/** From accepted to received; where the request came before the answer was read, it is 0. */
function waitsOf(posted: readonly Posted[], arrivals: readonly Arrival[]): number[] {
  const answered = new Map(posted.map(({ id, answeredAtMs }) => [id, answeredAtMs]));
  return arrivals.map(({ id, atMs }) => Math.max(0, atMs - (answered.get(id) ?? Number.NaN)));
}

const found = new Map<string, Figures[]>();
for (let round = 1; round <= ROUNDS; round++) {
  for (const [name, start] of Object.entries(STARTS)) {
    if (!start) continue;
    const [peer, outside] = [await start(), await startOutside()];
    try {
      const figures = await measure(peer, outside);
      found.set(name, [...(found.get(name) ?? []), figures]);
      console.log(round, name, figures);
    } finally {
      outside.close();
      await peer.stop();
    }
  }
}
const figures = Object.keys([...found.values()][0]?.[0] ?? {});
const rows = figures.map((figure) => ({
  figure,
  ...Object.fromEntries(
    [...found].flatMap(([name, runs]) => {
      const values = runs.map((run) => run[figure] ?? Number.NaN);
      const [least, most] = [Math.min(...values), Math.max(...values)];
      return [
        [name, rounded(median(values))],
        [`${name} least to most`, `${rounded(least)} to ${rounded(most)}`],
      ];
    }),
  ),
}));
report('peers', rows, { rounds: ROUNDS, seconds: SECONDS, burst: BURST });
process.exit();

// A healthy endpoint beside one that answers at once (the base), after 9 s, or never, at the same rates:
// how much later it receives, in rounds of one run each. BENCH_ROUNDS=10 npm run bench -- neighbour
import { median, percentile, report, rounded } from './report.ts';
import { startWorld } from './world.ts';

const HEALTHY_RATE = 25;
const SECONDS = Number(process.env.BENCH_SECONDS ?? 40);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);

const NEIGHBOURS = [
  { how: '0', rate: 25 },
  { how: '9000', rate: 25 },
  { how: 'never', rate: 25 },
  { how: '0', rate: 80 },
  { how: '9000', rate: 80 },
] as const;

async function latencies(how: string, rate: number): Promise<{ p50: number; p99: number }> {
  const world = await startWorld();
  try {
    const contract = 'standard-webhooks';
    await world.endpoint('/healthy/0', { contract, eventTypes: ['healthy'] });
    await world.endpoint(`/neighbour/${how}`, { contract, eventTypes: ['neighbour'] }, 1);
    await world.post({ type: 'healthy', count: 200, rate: 50 });
    await world.untilArrived(200);
    world.forgetArrivals();
    const [posted] = await both([
      () => world.post({ type: 'healthy', count: HEALTHY_RATE * SECONDS, rate: HEALTHY_RATE }),
      () => world.post({ type: 'neighbour', count: rate * SECONDS, rate }),
    ]);
    const answered = new Map((posted ?? []).map(({ id, answeredAtMs }) => [id, answeredAtMs]));
    const isHealthy = (path: string): boolean => path.startsWith('/healthy');
    for (;;) {
      const arrivals = (await world.arrivals()).filter(({ path }) => isHealthy(path));
      if (arrivals.length < answered.size) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        continue;
      }
      const values = arrivals.map(({ id, atMs }) =>
        Math.max(0, atMs - (answered.get(id) ?? Number.NaN)),
      );
      return { p50: percentile(values, 0.5), p99: percentile(values, 0.99) };
    }
  } finally {
    await world.close();
  }
}

const both = <T>(works: readonly (() => Promise<T>)[]): Promise<T[]> =>
  Promise.all(works.map((work) => work()));

/** Of the rounds by themselves: their median, and how far they are apart. */
function ratiosOf(own: readonly number[], base: readonly number[]) {
  const ratios = own.map((p99, round) => p99 / (base[round] ?? Number.NaN));
  return {
    'median of ratios': rounded(median(ratios)),
    least: rounded(Math.min(...ratios)),
    most: rounded(Math.max(...ratios)),
  };
}

export async function neighbour(): Promise<void> {
  const found = new Map<string, { p50: number[]; p99: number[] }>();
  for (let round = 0; round < ROUNDS; round++) {
    for (const { how, rate } of NEIGHBOURS) {
      const key = `${how}@${rate}`;
      const values = found.get(key) ?? { p50: [], p99: [] };
      const { p50, p99 } = await latencies(how, rate);
      values.p50.push(p50);
      values.p99.push(p99);
      found.set(key, values);
      console.log(round + 1, key, rounded(p50), rounded(p99));
    }
  }
  const rows = NEIGHBOURS.map(({ how, rate }) => {
    const own = found.get(`${how}@${rate}`);
    const base = found.get(`0@${rate}`);
    const p50 = median(own?.p50 ?? []);
    const p99 = median(own?.p99 ?? []);
    return {
      neighbour: how === 'never' ? 'never answers' : how === '0' ? 'answers at once' : 'takes 9 s',
      'a second': rate,
      p50: rounded(p50),
      p99: rounded(p99),
      'p50 ratio': rounded(p50 / median(base?.p50 ?? [])),
      'p99 ratio': rounded(p99 / median(base?.p99 ?? [])),
      ...ratiosOf(own?.p99 ?? [], base?.p99 ?? []),
    };
  });
  report('neighbour', rows, { unit: 'ms', healthyRate: HEALTHY_RATE, rounds: ROUNDS });
}

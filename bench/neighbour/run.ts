// A healthy endpoint beside one that answers at once (the base), after 9 s, or never, at the same rates: how much later
// it receives. Ten rounds of all cases, one after the other; each case is a process. BENCH_PAUSES=1 also says what the
// slowest hundredth waited for, at the price of a look into each thread every 10 ms.
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median, report, rounded } from '../report.ts';
import { HEALTHY_RATE, type Measured } from './case.ts';
import { causesOf, type Pause } from './causes.ts';

const SECONDS = Number(process.env.BENCH_SECONDS ?? 15);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 10);
const WATCHES = process.env.BENCH_PAUSES === '1';

const NEIGHBOURS = [
  { how: '0', rate: 25 },
  { how: '9000', rate: 25 },
  { how: 'never', rate: 25 },
  { how: '0', rate: 80 },
  { how: '9000', rate: 80 },
] as const;
const NAMES = { 0: 'answers at once', 9000: 'takes 9 s', never: 'never answers' };

interface Run extends Measured {
  readonly pauses: readonly Pause[];
}

async function run(how: string, rate: number): Promise<Run> {
  const folder = mkdtempSync(join(tmpdir(), 'posthorn-pauses-'));
  const file = join(folder, 'pauses');
  writeFileSync(file, '');
  const watch = new URL('./watch.ts', import.meta.url);
  watch.searchParams.set('to', file);
  try {
    const child = fork(
      new URL('./case.ts', import.meta.url),
      [how, String(rate), String(SECONDS)],
      {
        execArgv: WATCHES ? ['--import', watch.href] : [],
      },
    );
    const measured = await told(child);
    const lines = readFileSync(file, 'utf8').trim().split('\n').filter(Boolean);
    // Of watch.ts.
    return { ...measured, pauses: lines.map((line) => JSON.parse(line) as Pause) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function told(child: ChildProcess): Promise<Measured> {
  return new Promise((resolve, reject) => {
    let measured: Measured | undefined;
    child.once('message', (message) => {
      // Of case.ts, which says this alone.
      measured = message as Measured;
    });
    child.once('exit', (code) => {
      if (measured) resolve(measured);
      else reject(new Error(`the case ended with ${code}`));
    });
  });
}

/** The median of the rounds, and how far they are apart. */
function spreadOf(name: string, values: readonly number[]): Record<string, number> {
  return {
    [name]: rounded(median(values)),
    [`${name} least`]: rounded(Math.min(...values)),
    [`${name} most`]: rounded(Math.max(...values)),
  };
}

/** Of each round by itself: what disturbs a round disturbs both of its runs. */
function ratiosOf(of: 'p50' | 'p99', own: readonly Run[], base: readonly Run[]): number[] {
  return own.map((one, round) => one[of] / (base[round]?.[of] ?? Number.NaN));
}

export async function neighbour(): Promise<void> {
  const found = new Map<string, Run[]>();
  const runsOf = (how: string, rate: number): Run[] => found.get(`${how}@${rate}`) ?? [];
  for (let round = 1; round <= ROUNDS; round++) {
    for (const { how, rate } of NEIGHBOURS) {
      const one = await run(how, rate);
      found.set(`${how}@${rate}`, [...runsOf(how, rate), one]);
      console.log(round, how, rate, rounded(one.p50), rounded(one.p99));
    }
  }
  const rows = NEIGHBOURS.map(({ how, rate }) => {
    const [own, base] = [runsOf(how, rate), runsOf('0', rate)];
    return {
      neighbour: NAMES[how],
      'a second': rate,
      ...spreadOf(
        'p50',
        own.map(({ p50 }) => p50),
      ),
      ...spreadOf(
        'p99',
        own.map(({ p99 }) => p99),
      ),
      ...spreadOf('p50 ratio', ratiosOf('p50', own, base)),
      ...spreadOf('p99 ratio', ratiosOf('p99', own, base)),
    };
  });
  const facts = { unit: 'ms', healthyRate: HEALTHY_RATE, rounds: ROUNDS, seconds: SECONDS };
  if (!WATCHES) return report('neighbour', rows, facts);
  const causes = NEIGHBOURS.flatMap(({ how, rate }) =>
    causesOf(runsOf(how, rate)).map((cause) => ({
      neighbour: NAMES[how],
      'a second': rate,
      ...cause,
    })),
  );
  report('pauses', causes, { ...facts, latencies: rows });
}

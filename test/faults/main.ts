// npm run test:faults: the whole fault bench. SEED repeats it, RUNS says how many runs in virtual time, ONLY
// repeats one of them, PARTS leaves parts out. See docs/faults.md.
import { benchOverEmulators } from './emulators/bench.ts';
import type { FaultKind } from './fault-log.ts';
import { benchKills } from './kills.ts';
import { benchVirtually, tooRare } from './virtual-bench.ts';

const RECORDINGS = 100;
const { env } = process;

function numberOf(name: string, byDefault: number): number {
  const value = env[name] === undefined ? byDefault : Number(env[name]);
  if (!Number.isInteger(value) || value < 0) throw new Error(`${name} must be a whole number`);
  return value;
}

const seed = numberOf('SEED', Math.floor(Math.random() * 1_000_000));
const runs = numberOf('RUNS', 2_000);
const backlogs = numberOf('BACKLOGS', Math.ceil(runs / 50));
const emulatorRuns = numberOf('EMULATOR_RUNS', 108);
const width = numberOf('WIDTH', 12);
const kills = numberOf('KILLS', 50);
const events = numberOf('EVENTS', 5_000);
const only = env.ONLY === undefined ? undefined : numberOf('ONLY', 0);
const parts = new Set((env.PARTS ?? 'virtual,emulators,kills').split(','));
let isSound = true;

console.log(`seed ${seed}: SEED=${seed} RUNS=${runs} npm run test:faults repeats this bench`);

if (parts.has('virtual')) {
  const beganAtMs = Date.now();
  const summary = await benchVirtually({
    seed,
    runs,
    recordings: RECORDINGS,
    only,
    backlogs,
  });
  const took = Math.round((Date.now() - beganAtMs) / 1000);
  console.log(
    `\n== In virtual time: ${summary.runs} runs of ${summary.virtualDays.toFixed(0)} days in ${took} s`,
  );
  const ends = [...summary.sites].map((site) => summary.ends.get(site) ?? 0);
  console.log(
    `${ends.length} call sites were found by recording; a function ended at each of them ${Math.min(...ends)} times or more`,
  );
  if (env.SITES)
    printCounts(new Map([...summary.sites].map((one) => [one, summary.ends.get(one) ?? 0])));
  printSummary(summary, (run) => `ONLY=${run}`);
  console.log('\nruns in which each kind of fault was present:');
  printCounts(summary.presence);
  const rare = tooRare(summary);
  isSound &&= rare.length === 0;
  for (const text of rare) console.log(`TOO RARE: ${text}`);
}

if (parts.has('emulators') && only === undefined) {
  console.log('\n== Over the emulators');
  const onRound = (text: string): void => console.log(text);
  const summary = await benchOverEmulators({ seed, runs: emulatorRuns, width, onRound });
  console.log(
    `${summary.runs} runs; ${summary.sites.size} call sites were found by recording, ${summary.struck.size} of them struck`,
  );
  printSummary(summary, (run) => String(run));
}

if (parts.has('kills') && only === undefined) {
  console.log('\n== Kills of the whole process');
  const onKill = env.VERBOSE ? (text: string): void => console.log(text) : () => undefined;
  const summary = await benchKills({ seed, events, kills, onKill });
  const { lost, unknown, duplicates, stuck, splitKeys, compared, disagreements } = summary;
  console.log(
    `${summary.kills} times kill -9 in ${summary.answered} events, in ${Math.round(summary.tookMs / 1000)} s: ` +
      `${lost.length} lost, ${stuck} stuck, ${duplicates} requests made twice; ${summary.repeatedPosts} posts ` +
      `were repeated for want of an answer, ${splitKeys} of them got another id, ${unknown.length} events arrived that nobody posted; ` +
      `${compared} entries of the index were compared with their items at the starts, ${disagreements.length} differed`,
  );
  for (const text of disagreements.slice(0, 20)) console.log(text);
  isSound &&=
    lost.length + unknown.length + splitKeys + stuck + disagreements.length === 0 &&
    summary.answered === events;
}
console.log(isSound ? '\nnothing lost, nothing stuck' : '\nNOT SOUND: see above');
process.exit(isSound ? 0 : 1);

interface Summary {
  readonly events: number;
  readonly deliveries: number;
  readonly requests: number;
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly duplicates: ReadonlyMap<FaultKind, number>;
  readonly findings: readonly {
    readonly run: number | string;
    readonly kind: string;
    readonly text: string;
  }[];
}

function printSummary(summary: Summary, again: (run: number | string) => string): void {
  isSound &&= summary.findings.length === 0;
  const { events: posted, deliveries, requests } = summary;
  console.log(`${posted} events, ${deliveries} deliveries, ${requests} requests`);
  console.log('\nfaults injected:');
  printCounts(summary.faults);
  const total = [...summary.duplicates.values()].reduce((sum, count) => sum + count, 0);
  console.log(
    `\n${total} requests were made twice; the latest fault before each that explains it:`,
  );
  printCounts(summary.duplicates);
  const kinds = new Map<string, number>();
  for (const { kind } of summary.findings) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  console.log(`\nfindings: ${summary.findings.length}`);
  printCounts(kinds);
  for (const { run, kind, text } of summary.findings.slice(0, 20)) {
    console.log(`${again(run)}: ${kind}: ${text}`);
  }
}

function printCounts(counts: ReadonlyMap<string, number>): void {
  for (const [name, count] of counts) console.log(`${String(count).padStart(8)}  ${name}`);
}

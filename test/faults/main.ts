// npm run test:faults: the whole fault bench. SEED repeats a bench, RUNS says how many runs in virtual time,
// ONLY repeats one of them, PARTS leaves parts out. See docs/faults.md.
import { type BenchSummary, benchVirtually } from './virtual-bench.ts';

const RECORDINGS = 40;

const seed = Number(process.env.SEED ?? Math.floor(Math.random() * 1_000_000));
const runs = Number(process.env.RUNS ?? 2_000);
const only = process.env.ONLY === undefined ? undefined : Number(process.env.ONLY);
const parts = (process.env.PARTS ?? 'virtual').split(',');
console.log(`seed ${seed}: SEED=${seed} RUNS=${runs} npm run test:faults repeats this bench`);

let isSound = true;
if (parts.includes('virtual')) {
  const beganAtMs = performance.now();
  const summary = await benchVirtually({ seed, runs, recordings: RECORDINGS, only });
  print(summary, performance.now() - beganAtMs);
  isSound &&= summary.findings.length === 0;
}
process.exitCode = isSound ? 0 : 1;

function print(summary: BenchSummary, tookMs: number): void {
  const { events, deliveries, requests, virtualDays, sites, ends } = summary;
  console.log(
    `\nin virtual time: ${summary.runs} runs in ${(tookMs / 1000).toFixed(0)} s, ${virtualDays.toFixed(0)} days`,
  );
  console.log(`${events} events, ${deliveries} deliveries, ${requests} requests`);
  const struck = [...sites].map((site) => ends.get(site) ?? 0);
  console.log(
    `${sites.size} call sites found by recording; a function ended at each ${Math.min(...struck)} times or more`,
  );
  if (process.env.SITES)
    for (const site of sites) console.log(`${String(ends.get(site) ?? 0).padStart(8)}  ${site}`);
  console.log('\nfaults injected:');
  for (const [kind, count] of summary.faults) console.log(`${String(count).padStart(8)}  ${kind}`);
  const total = [...summary.duplicates.values()].reduce((sum, count) => sum + count, 0);
  console.log(
    `\n${total} requests were made twice; the latest fault before each that explains it:`,
  );
  for (const [kind, count] of summary.duplicates) {
    console.log(`${String(count).padStart(8)}  ${kind}`);
  }
  const kinds = new Map<string, number>();
  for (const { kind } of summary.findings) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  console.log(`\nfindings: ${summary.findings.length}`);
  for (const [kind, count] of kinds) console.log(`${String(count).padStart(8)}  ${kind}`);
  for (const { run, kind, text } of summary.findings.slice(0, 20)) {
    console.log(`run ${run} (ONLY=${run}): ${kind}: ${text}`);
  }
}

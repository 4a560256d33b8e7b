// Many runs in virtual time: first runs that record which calls the functions make, then runs in which
// each of these calls is where a function dies. Everything follows from one seed.
import { randomFrom } from '../../local/simulation/random.ts';
import { type BacklogRun, runBacklog } from './backlog.ts';
import { FAULT_KINDS, type FaultKind, type FaultLog } from './fault-log.ts';
import { noisyPlan, type Plan, quietPlan, type Strike, WHENS } from './plan.ts';
import { runVirtually, type VirtualRun } from './virtual-run.ts';

export interface BenchOptions {
  readonly seed: number;
  /** Runs with a strike, beside those that record. */
  readonly runs: number;
  /** How many seeds are recorded, once quietly and once with noise. */
  readonly recordings: number;
  /** Only this run, counted from 0. */
  readonly only?: number | undefined;
  /** Runs with thousands of deliveries at one endpoint. */
  readonly backlogs?: number;
  readonly onRun?: (run: VirtualRun, index: number) => void;
}

export interface BenchSummary {
  readonly runs: number;
  readonly events: number;
  readonly deliveries: number;
  readonly requests: number;
  readonly virtualDays: number;
  readonly faults: ReadonlyMap<FaultKind, number>;
  /** In how many runs each kind of fault was present. */
  readonly presence: ReadonlyMap<FaultKind, number>;
  readonly duplicates: ReadonlyMap<FaultKind, number>;
  /** How often a function was made to end at each call site, by the plan or by chance. */
  readonly ends: ReadonlyMap<string, number>;
  readonly sites: ReadonlySet<string>;
  readonly findings: readonly {
    readonly run: number | string;
    readonly kind: string;
    readonly text: string;
  }[];
}

const WHOLE_BENCH_RUNS = 5_000;
const PRESENT_AT_LEAST = 200;

/** Kinds of faults that a whole bench had too seldom to say anything about. A smaller one may miss some by chance. */
export function tooRare({
  runs,
  presence,
}: Pick<BenchSummary, 'runs' | 'presence'>): readonly string[] {
  if (runs < WHOLE_BENCH_RUNS) return [];
  return FAULT_KINDS.filter((kind) => (presence.get(kind) ?? 0) < PRESENT_AT_LEAST).map(
    (kind) => `${kind}: in ${presence.get(kind) ?? 0} of ${runs} runs, ${PRESENT_AT_LEAST} wanted`,
  );
}

interface Recording {
  readonly seed: number;
  readonly plan: (seed: number, strikes?: readonly Strike[]) => Plan;
  readonly sites: ReadonlyMap<string, number>;
}

export async function benchVirtually(options: BenchOptions): Promise<BenchSummary> {
  const tally = createTally();
  const recordings: Recording[] = [];
  for (let n = 0; n < options.recordings; n++) {
    for (const plan of [quietPlan, noisyPlan]) {
      const seed = options.seed + n;
      const run = await runVirtually(plan(seed));
      recordings.push({ seed, plan, sites: run.sites });
      if (options.only === undefined) tally.add(run, -1);
    }
  }
  const sites = [...new Set(recordings.flatMap((recording) => [...recording.sites.keys()]))].sort();
  for (let index = 0; index < options.runs; index++) {
    const plan = struckPlan(options.seed, index, sites, recordings);
    if (options.only !== undefined && options.only !== index) continue;
    const run = await runVirtually(plan);
    tally.add(run, index);
    options.onRun?.(run, index);
  }
  for (let index = 0; index < (options.backlogs ?? 0) && options.only === undefined; index++) {
    tally.addBacklog(await runBacklog(options.seed + index), index);
  }
  return { ...tally.summary(), sites: new Set(sites) };
}

/** Goes round all sites and ways to die; where in the run it happens is drawn. */
function struckPlan(
  seed: number,
  index: number,
  sites: readonly string[],
  recordings: readonly Recording[],
): Plan {
  const random = randomFrom(seed * 7919 + index);
  const site = sites[index % sites.length] ?? '';
  const when = WHENS[Math.floor(index / sites.length) % WHENS.length] ?? 'before';
  const reaching = recordings.filter((recording) => recording.sites.has(site));
  const chosen = reaching[Math.floor(random() * reaching.length)];
  const nth = 1 + Math.floor(random() * (chosen?.sites.get(site) ?? 1));
  const strike = { site, nth, when };
  return chosen ? chosen.plan(chosen.seed, [strike]) : quietPlan(seed, [strike]);
}

function createTally() {
  const faults = new Map<FaultKind, number>(FAULT_KINDS.map((kind) => [kind, 0]));
  const presence = new Map(faults);
  const duplicates = new Map<FaultKind, number>();
  const ends = new Map<string, number>();
  const findings: BenchSummary['findings'][number][] = [];
  const sums = { runs: 0, events: 0, deliveries: 0, requests: 0, virtualDays: 0 };
  const addTo = <K>(map: Map<K, number>, key: K, count: number): void =>
    void map.set(key, (map.get(key) ?? 0) + count);
  const addPresence = (log: FaultLog): void => {
    for (const kind of new Set(log.faults.map((fault) => fault.kind))) addTo(presence, kind, 1);
  };
  return {
    addBacklog(run: BacklogRun, index: number): void {
      sums.runs++;
      sums.deliveries += run.deliveries;
      sums.events += run.deliveries;
      sums.requests += run.requests;
      addPresence(run.log);
      for (const { kind } of run.log.faults) addTo(faults, kind, 1);
      for (const { kind, text } of run.findings) {
        findings.push({ run: `backlog ${index} (${run.kind})`, kind, text });
      }
    },
    add(run: VirtualRun, index: number): void {
      sums.runs++;
      sums.events += run.events;
      sums.deliveries += run.deliveries;
      sums.requests += run.requests;
      sums.virtualDays += run.virtualMs / 86_400_000;
      addPresence(run.log);
      for (const { kind, site } of run.log.faults) {
        addTo(faults, kind, 1);
        if (kind.startsWith('killed') || kind.startsWith('timed out')) addTo(ends, site, 1);
      }
      for (const kind of FAULT_KINDS) {
        const count = run.duplicates[kind];
        if (count) addTo(duplicates, kind, count);
      }
      for (const { kind, text } of run.findings) findings.push({ run: index, kind, text });
    },
    summary: () => ({ ...sums, faults, presence, duplicates, ends, findings }),
  };
}

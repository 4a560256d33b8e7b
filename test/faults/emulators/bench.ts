// Runs over the real emulators: the embedded runtime with faults below the AWS SDK and functions that die.
// Runs go side by side, each a tenant of its own with faults of its own; what one does to a function, all
// of them feel.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Runtime, startRuntime } from '../../../local/runtime.ts';
import { randomFrom } from '../../../local/simulation/random.ts';
import { type Finding, judge } from '../checker.ts';
import { type FaultKind, FaultLog, subjectsIn } from '../fault-log.ts';
import {
  type FaultProxy,
  type ProxiedCall,
  startFaultProxy,
  type Treatment,
} from './fault-proxy.ts';
import { createProducer, type Producer } from './producer.ts';
import { type Receivers, startReceivers } from './receivers.ts';
import { drawnFault, newStrike, type Strike } from './strikes.ts';
import { setVisibility } from './visibility.ts';

export interface EmulatorBenchOptions {
  readonly seed: number;
  readonly runs: number;
  /** How many go side by side. */
  readonly width: number;
  readonly onRound?: (text: string) => void;
}

export interface EmulatorSummary {
  readonly runs: number;
  readonly events: number;
  readonly deliveries: number;
  readonly requests: number;
  readonly sites: ReadonlySet<string>;
  readonly struck: ReadonlySet<string>;
  readonly faults: ReadonlyMap<FaultKind, number>;
  readonly duplicates: ReadonlyMap<FaultKind, number>;
  readonly findings: readonly (Finding & { readonly run: string })[];
}

/** Longer than a busy machine takes for a message; what a dead function held comes back by then. */
const VISIBILITY_SECONDS = 20;
/** In every third round: messages come back while the first is at work. */
const TOO_SHORT_SECONDS = 2;
/** A round does not wait for its stragglers: they are waited for at the end. */
const ROUND_WITHIN_MS = 25_000;
const ALL_WITHIN_MS = 360_000;
/** Of each run. */
const STRIKES = 2;
const NOISE = 0.02;
const SECRETS_AWAY_MS = 6_000;

export async function benchOverEmulators(options: EmulatorBenchOptions): Promise<EmulatorSummary> {
  const dataDir = mkdtempSync(join(tmpdir(), 'posthorn-faults-'));
  const receivers = await startReceivers();
  const log = new FaultLog();
  const random = randomFrom(options.seed);
  const sites = new Set<string>();
  const struck = new Set<string>();
  let strikes: Strike[] = [];
  let isNoisy = false;
  let secretsAwayUntilMs = 0;
  let proxy: FaultProxy | undefined;
  let runtime: Runtime | undefined;

  const add = (kind: FaultKind, call: ProxiedCall, isForAll = false): void => {
    const subjects = isForAll ? ['*|*'] : subjectsIn(call.text);
    log.add(kind, Date.now(), call.site, subjects);
  };

  function treat(call: ProxiedCall): Treatment {
    if (call.functionName === '?') return { kind: 'none' };
    sites.add(call.site);
    if (call.operation === 'GetSecretValue' && Date.now() < secretsAwayUntilMs) {
      add('secrets away', call, true);
      return { kind: 'refuse', status: 500, code: 'InternalServiceError' };
    }
    for (const strike of strikes) {
      if (strike.site !== call.site) continue;
      const isAboutAll = call.operation === 'GetSecretValue';
      if (!isAboutAll && !call.text.includes(strike.tenant)) continue;
      strike.seen++;
      if (strike.seen !== strike.nth) continue;
      struck.add(call.site);
      add(strike.fault, call, strike.treatment.kind === 'kill');
      return strike.treatment;
    }
    if (!isNoisy || random() >= NOISE) return { kind: 'none' };
    const { treatment, fault } = drawnFault(call, random);
    add(fault, call, treatment.kind === 'kill');
    return treatment;
  }

  async function kill(functionName: string): Promise<void> {
    for (const [name, host] of runtime?.functions ?? []) {
      const bare = name.replaceAll(/[^A-Za-z0-9]/g, '').toLowerCase();
      if (bare === functionName) await host.crash();
    }
  }

  const findings: EmulatorSummary['findings'][number][] = [];
  const duplicates = new Map<FaultKind, number>();
  const all: Producer[] = [];
  const sums = { runs: 0, events: 0, deliveries: 0, requests: 0 };
  try {
    runtime = await startRuntime({
      dataDir,
      quiet: true,
      receiver: false,
      between: async (emulators) => {
        proxy = await startFaultProxy(emulators, {
          functions: () => runtime?.functions.values() ?? [],
          treat,
          kill,
        });
        return proxy.endpoints;
      },
    });
    receivers.onTooLate = (subject) =>
      log.add('receiver accepted, answer too late', Date.now(), 'a receiver', [subject]);
    for (let round = 0; all.length < options.runs; round++) {
      // The first round records, and nothing is done to it.
      const width = Math.min(options.width, options.runs - all.length);
      const producers = Array.from({ length: width }, (_, index) =>
        newProducer(runtime as Runtime, receivers, options.seed, round, index),
      );
      const beganAtMs = Date.now();
      for (const producer of producers) await producer.prepare();
      const known = [...sites].sort();
      strikes =
        round === 0
          ? []
          : producers.flatMap(({ tenant }) =>
              Array.from({ length: STRIKES }, () => newStrike(tenant, known, random, struck)),
            );
      isNoisy = round > 0;
      const isTooShort = round % 3 === 1;
      await setVisibility(runtime, isTooShort ? TOO_SHORT_SECONDS : VISIBILITY_SECONDS);
      // Which messages it meets is not to be seen from outside: it counts once a second, for all.
      const tick = (): void =>
        log.add('message visible again too early', Date.now(), 'SQS', ['*|*']);
      const ticking = isTooShort ? setInterval(tick, 1_000) : undefined;
      secretsAwayUntilMs = round % 3 === 2 ? Date.now() + SECRETS_AWAY_MS : 0;
      await play(producers);
      await setVisibility(runtime, VISIBILITY_SECONDS);
      clearInterval(ticking);
      isNoisy = false;
      strikes = [];
      all.push(...producers);
      const took = Math.round((Date.now() - beganAtMs) / 1000);
      options.onRound?.(`round ${round}: ${width} runs in ${took} s`);
    }
    await setVisibility(runtime, VISIBILITY_SECONDS);
    const left = await stragglers(all, Date.now() + ALL_WITHIN_MS);
    options.onRound?.(`${left.length} runs of ${all.length} are not done`);
    for (const producer of all) {
      const own = new Set(producer.subscribers.map(({ id }) => id));
      const verdict = judge({
        ...producer,
        arrivals: receivers.arrivals.filter(({ endpointId }) => own.has(endpointId)),
        faults: log.faults,
        end: await producer.snapshot(),
      });
      sums.runs++;
      sums.events += verdict.events;
      sums.deliveries += verdict.deliveries;
      sums.requests += verdict.requests;
      for (const finding of verdict.findings) findings.push({ ...finding, run: producer.tenant });
      for (const [kind, count] of Object.entries(verdict.duplicates)) {
        const name = kind as FaultKind; // the keys are kinds
        duplicates.set(name, (duplicates.get(name) ?? 0) + count);
      }
    }
  } finally {
    await runtime?.stop();
    await proxy?.close();
    await receivers.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
  const faults = new Map<FaultKind, number>();
  for (const { kind } of log.faults) faults.set(kind, (faults.get(kind) ?? 0) + 1);
  return { ...sums, sites, struck, faults, duplicates, findings };
}

function newProducer(
  { url, operatorKey }: Runtime,
  receivers: Receivers,
  seed: number,
  round: number,
  index: number,
): Producer {
  const tenant = `run-${round}-${index}-of-${seed}`;
  return createProducer({
    url,
    operatorKey,
    receivers,
    tenant,
    seed: seed * 1_000 + round * 50 + index,
  });
}

async function play(producers: readonly Producer[]): Promise<void> {
  const untilMs = Date.now() + ROUND_WITHIN_MS;
  await Promise.all(
    producers.map(async (producer, index) => {
      await producer.post();
      const left = await stragglers([producer], untilMs);
      if (left.length === 0 && index % 3 === 0) await producer.replay();
    }),
  );
}

/** Those that are not done by then. */
async function stragglers(producers: readonly Producer[], untilMs: number): Promise<Producer[]> {
  let left = [...producers];
  for (;;) {
    const isDone = await Promise.all(left.map((producer) => producer.isDone()));
    left = left.filter((_, index) => !isDone[index]);
    if (left.length === 0 || Date.now() >= untilMs) return left;
    await delay(1_000);
  }
}

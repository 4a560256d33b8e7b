// Runs over the real emulators: the embedded runtime with faults below the AWS SDK and functions that die.
// Runs go side by side, each a tenant of its own with faults of its own; what one does to a function, all
// of them feel.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import {
  GetQueueAttributesCommand,
  ListQueuesCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type Runtime, startRuntime } from '../../../local/runtime.ts';
import { randomFrom } from '../../../local/simulation/world.ts';
import { type Finding, judge } from '../checker.ts';
import { type FaultKind, FaultLog, subjectsIn } from '../fault-log.ts';
import { BATCHES } from './batches.ts';
import {
  type FaultProxy,
  type ProxiedCall,
  startFaultProxy,
  type Treatment,
} from './fault-proxy.ts';
import { createProducer, type Producer } from './producer.ts';
import { type Receivers, startReceivers } from './receivers.ts';

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

/** At a site, for one run: what is done to its nth call. */
interface Strike {
  readonly tenant: string;
  readonly site: string;
  readonly nth: number;
  readonly treatment: Treatment;
  readonly fault: FaultKind;
  seen: number;
}

/** So that a round takes seconds: what a dead function held comes back by then. */
const VISIBILITY_SECONDS = 6;
/** In every third round: messages come back while the first is at work. */
const TOO_SHORT_SECONDS = 1;
const ROUND_WITHIN_MS = 180_000;
/** Of each run. */
const STRIKES = 3;
/** Visibility is short here, and would make dead letters of what is only held by a lease. */
const MAX_RECEIVES = 100;
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
    const { treatment, fault } = drawn(call, random);
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
  const sums = { runs: 0, events: 0, deliveries: 0, requests: 0 };
  try {
    runtime = await startRuntime({
      dataDir,
      quiet: true,
      receiver: false,
      between: async (emulators) => {
        proxy = await startFaultProxy(emulators, { treat, kill });
        return proxy.endpoints;
      },
    });
    receivers.onTooLate = (subject) =>
      log.add('receiver accepted, answer too late', Date.now(), 'a receiver', [subject]);
    for (let round = 0; sums.runs < options.runs; round++) {
      // The first round records, and nothing is done to it.
      const width = Math.min(options.width, options.runs - sums.runs);
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
      clearInterval(ticking);
      isNoisy = false;
      strikes = [];
      for (const producer of producers) {
        const verdict = judge({
          ...producer,
          arrivals: receivers.arrivals.filter(({ endpointId }) =>
            producer.subscribers.some(({ id }) => id === endpointId),
          ),
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
      options.onRound?.(
        `round ${round}: ${width} runs in ${((Date.now() - beganAtMs) / 1000).toFixed(0)} s`,
      );
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
  const done = async (producer: Producer): Promise<void> => {
    while (Date.now() < untilMs && !(await producer.isDone())) await delay(1_000);
  };
  await Promise.all(
    producers.map(async (producer, index) => {
      await producer.post();
      await done(producer);
      if (index % 3 !== 0) return;
      await producer.replay();
      await done(producer);
    }),
  );
}

/** Sites that nothing was done to yet come first. */
function newStrike(
  tenant: string,
  sites: readonly string[],
  random: () => number,
  struck: ReadonlySet<string>,
): Strike {
  const pick = <T>(entries: readonly T[]): T | undefined =>
    entries[Math.floor(random() * entries.length)];
  const left = sites.filter((site) => !struck.has(site));
  const site = pick(left.length > 0 && random() < 0.7 ? left : sites) ?? '';
  const operation = site.split(' ')[1] ?? '';
  const kinds: { treatment: Treatment; fault: FaultKind }[] = [
    { treatment: { kind: 'kill', when: 'before' }, fault: 'killed before a call' },
    { treatment: { kind: 'kill', when: 'after' }, fault: 'killed after a call' },
    ...faultsOf(operation),
  ];
  const chosen = pick(kinds) ?? { treatment: { kind: 'none' }, fault: 'slow' };
  return { tenant, site, nth: 1 + Math.floor(random() * 3), seen: 0, ...chosen };
}

function drawn(call: ProxiedCall, random: () => number) {
  const kinds = faultsOf(call.operation);
  const none = { treatment: { kind: 'none' } as Treatment, fault: 'slow' as FaultKind };
  return kinds[Math.floor(random() * kinds.length)] ?? none;
}

const CONDITIONAL = ['PutItem', 'UpdateItem'];

/** What may happen to a call beside its function's end. */
function faultsOf(operation: string): { treatment: Treatment; fault: FaultKind }[] {
  const slow = { treatment: { kind: 'delay' as const, ms: 900 }, fault: 'slow' as const };
  const lost = {
    treatment: { kind: 'lose answer' as const },
    // The SDK sends it again, and finds its own write there.
    fault: CONDITIONAL.includes(operation)
      ? ('write repeated, so that its condition failed' as const)
      : ('answer of a write lost' as const),
  };
  const refusal = (status: number, code: string, fault: FaultKind) => ({
    treatment: { kind: 'refuse' as const, status, code },
    fault,
  });
  const part = (fault: FaultKind) => ({ treatment: { kind: 'part' as const }, fault });
  const messages = (change: 'double' | 'late', fault: FaultKind) => ({
    treatment: { kind: 'messages' as const, change },
    fault,
  });
  switch (operation) {
    case 'SendMessageBatch':
      return [
        slow,
        lost,
        part('batch partly refused'),
        refusal(400, 'RequestThrottled', 'send refused'),
        messages('double', 'message twice'),
        messages('late', 'message late'),
        messages('late', 'message out of order'),
      ];
    case 'ChangeMessageVisibility':
      return [slow, refusal(400, 'RequestThrottled', 'throttled')];
    case 'CreateSchedule':
      return [
        slow,
        lost,
        refusal(402, 'ServiceQuotaExceededException', 'schedule refused by quota'),
      ];
    case 'GetSecretValue':
    case 'Invoke':
      return [slow];
    default: {
      const throttled = refusal(400, 'ProvisionedThroughputExceededException', 'throttled');
      const batch = BATCHES.includes(operation) ? [part('items unprocessed')] : [];
      return [slow, lost, throttled, ...batch];
    }
  }
}

async function setVisibility({ aws }: Runtime, seconds: number): Promise<void> {
  const sqs = new SQSClient({
    endpoint: aws.sqsUrl,
    region: 'us-east-1',
    credentials: { accessKeyId: aws.accessKeyId, secretAccessKey: 'local' },
  });
  const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand({}));
  for (const QueueUrl of QueueUrls) {
    const found = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['RedrivePolicy'] }),
    );
    const policy = found.Attributes?.RedrivePolicy;
    if (!policy) continue;
    const RedrivePolicy = JSON.stringify({ ...JSON.parse(policy), maxReceiveCount: MAX_RECEIVES });
    const Attributes = { VisibilityTimeout: String(seconds), RedrivePolicy };
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
  }
  sqs.destroy();
}

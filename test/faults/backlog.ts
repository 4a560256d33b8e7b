// The second kind of run: thousands of deliveries at one endpoint, and few faults. Every page and every limit is turned.
import { createId } from '../../lambdas/core/identifiers.ts';
import { VirtualClock } from '../../local/simulation/memory/virtual-clock.ts';
import { randomFrom } from '../../local/simulation/random.ts';
import { putEndpoint, putTenant } from '../../local/simulation/system/registry.ts';
import { createSystem, type System } from '../../local/simulation/system/system.ts';
import { anEndpoint } from '../builders/endpoints.ts';
import type { Finding } from './checker.ts';
import { FaultLog } from './fault-log.ts';
import { Injector } from './injector.ts';
import { noisyPlan, type Plan } from './plan.ts';
import { quietly } from './quietly.ts';

const START_MS = 1_767_225_600_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const REPLAYED_AFTER_MS = 6 * HOUR_MS;
/** What is done to the backlog was asked for by then. */
const ACTED_BY_MS = REPLAYED_AFTER_MS + MINUTE_MS;
const TENANT = 'acme';

/** What happens to the backlog. */
const KINDS = ['recovers', 'limited', 'paused', 'purged', 'replayed', 'expires'] as const;
export type BacklogKind = (typeof KINDS)[number];

/**
 * Per delivery, of 1,000 to 3,000: each is written and sent a few times whatever waits beside it. It is about twice
 * what most runs take; what grows with the backlog's square would be above a hundred.
 */
export const BACKLOG_CEILINGS = {
  writesPerDelivery: 40,
  readsPerDelivery: 30,
  sqsPerDelivery: 20,
  // A recovery's steps are five seconds apart. Beside them, each event that a limit holds may wake the endpoint.
  wakesPerHour: 800,
} as const;

export interface BacklogRun {
  readonly kind: BacklogKind;
  readonly deliveries: number;
  readonly requests: number;
  readonly findings: readonly Finding[];
  readonly log: FaultLog;
  readonly work: Readonly<Record<keyof typeof BACKLOG_CEILINGS, number>>;
}

export function backlogPlan(seed: number): Plan {
  const plan = noisyPlan(seed);
  return { ...plan, noise: Math.min(plan.noise, 0.01), stops: [], outages: [], poison: false };
}

export function runBacklog(seed: number, count?: number): Promise<BacklogRun> {
  return quietly(() => run(seed, count));
}

async function run(seed: number, given: number | undefined): Promise<BacklogRun> {
  const plan = backlogPlan(seed);
  const random = randomFrom(seed ^ 0xbac7);
  const kind = KINDS[seed % KINDS.length] ?? 'recovers';
  const count = given ?? 1_000 + Math.floor(random() * 2_000);
  const clock = new VirtualClock(START_MS);
  const log = new FaultLog();
  const injector = new Injector(plan, clock, log);
  const bytes = (length: number) =>
    Buffer.from(Uint8Array.from({ length }, () => Math.floor(random() * 256)));
  const id = createId('ep', START_MS, bytes(10));
  const upAtMs = START_MS + (kind === 'limited' ? 0 : kind === 'expires' ? 30 * DAY_MS : HOUR_MS);
  let requests = 0;
  const answered = new Map<string, number>();
  const system = createSystem({
    clock,
    conditions: injector,
    random: randomFrom(seed ^ 0x1d5),
    async receive(_request, eventId) {
      requests++;
      await clock.sleep(50);
      const isUp = clock.nowMs >= upAtMs;
      if (isUp) answered.set(eventId, (answered.get(eventId) ?? 0) + 1);
      return { kind: 'response', response: { status: isUp ? 200 : 503, headers: {}, body: '' } };
    },
    settings: { deadlineDays: kind === 'expires' ? 0.25 : 3 },
    maxConcurrency: 10,
  });
  putTenant(system.dynamoDb, TENANT, START_MS);
  const endpoint = anEndpoint({
    tenant: TENANT,
    id,
    url: `https://receiver.example.com/${id}`,
    timeoutMs: 2_000,
    createdAtMs: START_MS,
    ...(kind === 'limited' && { maxPerSecond: 2 }),
    ...(kind === 'replayed' && {
      retryPolicy: { immediate: true, jitter: 0, steps: [{ count: 1, seconds: 60 }] },
    }),
  });
  putEndpoint(system.dynamoDb, endpoint, `whsec_${bytes(24).toString('base64')}`, Buffer.alloc(12));
  system.sweepFrom(START_MS + MINUTE_MS, () => true);
  const accepted = new Set<string>();
  for (let n = 0; n < count; n++) {
    clock.at(START_MS + Math.floor(random() * 5 * MINUTE_MS), () => void post(system, n, accepted));
  }
  actOn(kind, system, id);

  do await clock.run(clock.nowMs + 30 * MINUTE_MS);
  while (
    (clock.nowMs <= START_MS + ACTED_BY_MS ||
      accepted.size < count ||
      system.contents.waiting() > 0 ||
      system.size() > 0) &&
    clock.nowMs < START_MS + 4 * DAY_MS
  );
  const work = {
    writesPerDelivery: system.counts.totals.dynamoDbWriteUnits / count,
    readsPerDelivery: system.counts.totals.dynamoDbReadUnits / count,
    sqsPerDelivery: system.counts.totals.sqsRequests / count,
    wakesPerHour: Math.max(0, ...injector.wakes.values()),
  };
  const findings = [
    ...judgeStates(kind, system, accepted, answered, count),
    ...judgeCost(work, count),
  ];
  return { kind, deliveries: count, requests, findings, log, work };
}

async function post(system: System, n: number, accepted: Set<string>): Promise<void> {
  const candidate = {
    scope: { tenant: TENANT, environment: 'live' as const },
    input: { type: 'order.paid', data: {} },
    data: `{"post":${n}}`,
    idempotencyKey: `post-${n}`,
  };
  for (;;) {
    const [answer] = await system
      .invoke('ingest', [], (code) => code.accept(candidate))
      .catch(() => []);
    if (answer && 'id' in answer) return void accepted.add(answer.id);
    await system.clock.sleep(3_000);
  }
}

function actOn(kind: BacklogKind, system: System, id: string): void {
  const { clock } = system;
  const ask = async (path: string, body?: unknown): Promise<{ complete?: boolean }> => {
    for (;;) {
      const request = {
        method: 'POST',
        path,
        tenant: TENANT,
        ...(body === undefined ? {} : { body }),
      };
      const answer = await clock
        .patiently(() => system.invoke('api', [], (code) => code.request(request)))
        .catch(() => undefined);
      if (answer && answer.status < 500 && answer.status !== 409) return answer.json;
      await clock.sleep(5_000);
    }
  };
  const at = (afterMs: number, work: () => Promise<unknown>): void =>
    clock.at(START_MS + afterMs, () => void work());
  if (kind === 'paused') {
    at(MINUTE_MS, () => ask(`/v1/endpoints/${id}/pause`));
    at(2 * HOUR_MS, () => ask(`/v1/endpoints/${id}/resume`));
  }
  if (kind === 'purged') {
    at(30 * MINUTE_MS, async () => {
      while (!(await ask(`/v1/endpoints/${id}/purge`)).complete) await clock.sleep(10_000);
    });
  }
  if (kind === 'replayed') {
    const since = new Date(START_MS - HOUR_MS).toISOString();
    at(REPLAYED_AFTER_MS, () => ask('/v1/replays', { endpoint: id, since, status: 'dead' }));
  }
}

function judgeStates(
  kind: BacklogKind,
  { contents }: System,
  accepted: ReadonlySet<string>,
  answered: ReadonlyMap<string, number>,
  count: number,
): Finding[] {
  const states = new Map<string, number>();
  for (const { state } of contents.deliveries.values()) {
    states.set(state, (states.get(state) ?? 0) + 1);
  }
  const allowed: Readonly<Record<BacklogKind, readonly string[]>> = {
    recovers: ['delivered'],
    limited: ['delivered'],
    paused: ['delivered'],
    purged: ['delivered', 'cancelled'],
    replayed: ['delivered'],
    expires: ['dead'],
  };
  const findings: Finding[] = [];
  for (const [state, found] of states) {
    if (!allowed[kind].includes(state)) findings.push({ kind: 'stuck', text: `${found} ${state}` });
  }
  const known = [...states.values()].reduce((sum, found) => sum + found, 0);
  if (accepted.size < count || known < count) {
    findings.push({ kind: 'lost', text: `${known} of ${count} on record` });
  }
  const delivered = states.get('delivered') ?? 0;
  if (answered.size < delivered) {
    findings.push({ kind: 'not as on record', text: `${answered.size} of ${delivered} answered` });
  }
  return findings;
}

function judgeCost(work: BacklogRun['work'], count: number): Finding[] {
  return Object.entries(work).flatMap(([name, value]): Finding[] => {
    const events = name === 'wakesPerHour' ? count : 0;
    const ceiling = BACKLOG_CEILINGS[name as keyof typeof BACKLOG_CEILINGS] + events;
    return value <= ceiling
      ? []
      : [{ kind: 'too much work', text: `${name}: ${value.toFixed(1)}, at most ${ceiling}` }];
  });
}

// One run in virtual time: the scenario and the faults of a seed, and the checker's verdict.
import type { Endpoint } from '../../lambdas/core/endpoints/endpoint.ts';
import { createId } from '../../lambdas/core/identifiers.ts';
import type { Replay } from '../../lambdas/core/replays/replay.ts';
import { VirtualClock } from '../../local/simulation/memory/virtual-clock.ts';
import { randomFrom } from '../../local/simulation/world.ts';
import {
  type Arrival,
  type Finding,
  judge,
  type Post,
  type Snapshot,
  unaccounted,
  type Verdict,
} from './checker.ts';
import { FaultLog, subjectOf } from './fault-log.ts';
import type { Receive } from './guarded-ports.ts';
import { Injector } from './injector.ts';
import type { Plan } from './plan.ts';
import {
  createScenario,
  DEADLINE_DAYS,
  type ScenarioEndpoint,
  type ScenarioPost,
} from './scenario.ts';
import { createFaultWorld, type FaultWorld, type Sabotage } from './world.ts';

/** 2026-01-01T00:00:00Z. */
const START_MS = 1_767_225_600_000;
const HOUR_MS = 3_600_000;
/** What is not done by then is stuck: every receiver is up after three hours. */
const HORIZON_MS = 3 * 24 * HOUR_MS;
const POISON = ['not json at all', '{"v":1}'];

export interface VirtualRun extends Verdict {
  readonly plan: Plan;
  readonly log: FaultLog;
  /** How often each call site was reached. */
  readonly sites: ReadonlyMap<string, number>;
  readonly virtualMs: number;
}

interface Posting extends Omit<Post, 'tries' | 'answeredIds'> {
  tries: number;
  readonly answeredIds: string[];
}

export async function runVirtually(
  plan: Plan,
  sabotage?: Sabotage,
  horizonMs = HORIZON_MS,
): Promise<VirtualRun> {
  const clock = new VirtualClock(START_MS);
  const log = new FaultLog();
  const injector = new Injector(plan, clock, log);
  const scenario = createScenario(plan.seed, START_MS);
  const arrivals: Arrival[] = [];
  const behaviours = new Map(scenario.endpoints.map((one) => [one.endpoint.id, one]));
  const world = createFaultWorld({
    plan,
    clock,
    log,
    injector,
    receive: receivers(clock, behaviours, arrivals, injector),
    settings: { tripFailures: scenario.tripFailures, deadlineDays: DEADLINE_DAYS },
    sabotage,
  });
  const endpoints = scenario.endpoints.map((one) => world.addEndpoint(one.endpoint, one.secret));
  for (const { endpoint, deletedAtMs } of scenario.endpoints) {
    if (deletedAtMs === undefined) continue;
    clock.at(START_MS + deletedAtMs, () => world.deleteEndpoint(endpoint.id));
  }
  const random = randomFrom(plan.seed ^ 0x9057);

  let open = 0;
  const later = (atMs: number, work: () => Promise<void>): void => {
    open++;
    clock.at(START_MS + atMs, () => void work().finally(() => open--));
  };
  const posts = scenario.posts.map((given) => {
    const posting: Posting = {
      scope: `live#${given.tenant}`,
      type: given.type,
      data: given.data,
      hasKey: given.key !== undefined,
      answeredIds: [],
      tries: 0,
    };
    const post = () => postUntilAnswered(world, clock, given, posting, random);
    later(given.atMs, post);
    if (given.againAtMs !== undefined) later(given.againAtMs, post);
    return posting;
  });
  const { replayAtMs } = scenario;
  if (replayAtMs !== undefined) {
    for (const endpoint of endpoints) {
      if (endpoint.retryPolicy === undefined) continue;
      later(replayAtMs, () => replayUntilAnswered(world, clock, endpoint, random));
    }
  }
  const poisons = plan.poison ? poison(world, clock, log, random) : 0;

  const subscribers = scenario.endpoints.map((one) => one.subscriber);
  const findings: Finding[] = [];
  const missing = new Set<string>();
  do {
    await clock.run(clock.nowMs + HOUR_MS / 6);
    for (const text of unaccounted(snapshotOf(world), { posts, subscribers })) missing.add(text);
  } while ((open > 0 || world.isBusy()) && clock.nowMs < START_MS + horizonMs);
  for (const text of missing) {
    findings.push({ kind: 'target without item or message', text: `on the way: ${text}` });
  }

  const end = snapshotOf(world);
  const lettersThere = Object.values(world.deadLetters)
    .flatMap((queue) => queue.bodies())
    .filter((body) => POISON.includes(body)).length;
  if (lettersThere < poisons) {
    findings.push({ kind: 'dead letter', text: `${lettersThere} of ${poisons} poison messages` });
  }
  const verdict = judge({ posts, subscribers, arrivals, faults: log.faults, end });
  return {
    ...verdict,
    findings: [...findings, ...verdict.findings],
    plan,
    log,
    sites: injector.sites,
    virtualMs: clock.nowMs - START_MS,
  };
}

/** The receivers' end: writes down what comes, and answers by the scenario. */
function receivers(
  clock: VirtualClock,
  behaviours: ReadonlyMap<string, ScenarioEndpoint>,
  arrivals: Arrival[],
  injector: Injector,
): Receive {
  return async (request) => {
    const atMs = clock.nowMs;
    const endpointId = new URL(request.url).pathname.slice(1);
    const headers = Object.fromEntries(
      request.headers.map(([name, value]) => [name.toLowerCase(), value]),
    );
    const { status, latencyMs } = behaviours.get(endpointId)?.answer(atMs - START_MS) ?? {
      status: 404,
      latencyMs: 0,
    };
    arrivals.push({ endpointId, headers, body: request.body.toString('utf8'), atMs, status });
    if (status !== 0) {
      await clock.sleep(latencyMs);
      return { kind: 'response', response: { status, headers: {}, body: '' } };
    }
    const subject = `${headers['webhook-id']}|${endpointId}`;
    injector.add('receiver accepted, answer too late', 'a receiver', [subject]);
    await clock.sleep(request.timeoutMs);
    return { kind: 'failure', failure: 'timeout_response', detail: 'no answer in time' };
  };
}

/** A producer posts until it is answered 202. */
async function postUntilAnswered(
  { instances }: FaultWorld,
  clock: VirtualClock,
  { tenant, type, data, key }: ScenarioPost,
  posting: Posting,
  random: () => number,
): Promise<void> {
  const candidate = {
    scope: { tenant, environment: 'live' as const },
    input: { type, data: {} },
    data,
    idempotencyKey: key,
  };
  for (;;) {
    posting.tries++;
    const [answer] = await instances
      .run('ingest', [], (code) => code.accept(candidate))
      .catch(() => []);
    if (answer && 'id' in answer) {
      posting.answeredIds.push(answer.id);
      return;
    }
    await clock.sleep(500 + random() * 5_000);
  }
}

/** What `POST /v1/replays` with an idempotency key does, until it is answered. */
async function replayUntilAnswered(
  { instances }: FaultWorld,
  clock: VirtualClock,
  { tenant, environment, id: endpointId }: Endpoint,
  random: () => number,
): Promise<void> {
  const replay: Replay = {
    tenant,
    environment,
    endpointId,
    id: createId(
      'rpl',
      clock.nowMs,
      Uint8Array.from({ length: 10 }, () => random() * 256),
    ),
    // Events are accepted by a clock that may be behind.
    sinceMs: START_MS - HOUR_MS,
    untilMs: clock.nowMs,
    status: 'dead',
    types: [],
    state: 'running',
    isSearched: false,
    page: [],
    found: 0,
    sent: 0,
    skipped: 0,
    createdAtMs: clock.nowMs,
    updatedAtMs: clock.nowMs,
    version: 1,
    writer: '',
  };
  for (;;) {
    const isAnswered = await instances
      .run('api', [`*|${endpointId}`], async ({ ports: { ledger, queues } }) => {
        const { version } = await ledger.putReplayOnce(replay);
        const message = { tenant, environment, endpointId, replayId: replay.id, version };
        return (await queues.sendReplays([{ replay: message, delaySeconds: 0 }])).size === 0;
      })
      .catch(() => false);
    if (isAnswered) return;
    await clock.sleep(1_000 + random() * 5_000);
  }
}

/** Messages that nobody can read, among the others; gives how many. */
function poison(
  world: FaultWorld,
  clock: VirtualClock,
  log: FaultLog,
  random: () => number,
): number {
  const queues = [
    world.queues.events,
    world.queues.deliveries,
    world.queues.retries,
    world.queues.wakes,
  ];
  for (const queue of queues) {
    const body = POISON[Math.floor(random() * POISON.length)] ?? '';
    const atMs = clock.nowMs + random() * 60_000;
    clock.at(atMs, () => {
      log.add('poison message', clock.nowMs, queue.name, []);
      queue.send(body, 0);
    });
  }
  return queues.length;
}

function snapshotOf({ ledger, queues, deadLetters }: FaultWorld): Snapshot {
  const live = [queues.events, queues.deliveries, queues.retries, queues.wakes];
  const isOurs = (body: string): boolean => !POISON.includes(body);
  return {
    events: new Map([...ledger.events.values()].map(({ event, targets }) => [event.id, targets])),
    deliveries: new Map(
      [...ledger.deliveries.values()].map(({ eventId, endpointId, state, attempts }) => [
        `${eventId}|${endpointId}`,
        { state, attempts: attempts.length },
      ]),
    ),
    live: new Set(live.flatMap((queue) => queue.bodies().map(subjectOf))),
    dead: Object.values(deadLetters).flatMap((queue) =>
      queue.bodies().filter(isOurs).map(subjectOf),
    ),
  };
}

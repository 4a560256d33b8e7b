// Random histories of an endpoint: what it is sent, how its receiver does, what its user does, and
// which faults our own side has. Played in virtual time, with the real handlers.
import fc from 'fast-check';
import { defined } from '../../../lambdas/core/defined.ts';
import type { Delivery } from '../../../lambdas/core/deliveries/delivery.ts';
import type { Endpoint } from '../../../lambdas/core/endpoints/endpoint.ts';
import { deliveryIdOf } from '../../../lambdas/core/identifiers.ts';
import type { RetryPolicyInput } from '../../../lambdas/core/retries/delays.ts';
import type { Outcome } from '../../../lambdas/core/retries/outcome.ts';
import { addressOf } from '../../../lambdas/core/scope.ts';
import { putTenant } from '../../../local/simulation/system/registry.ts';
import type { World } from '../../../local/simulation/world.ts';
import { answered, failed } from '../../builders/outcomes.ts';
import {
  answer,
  aWorld,
  DATA,
  deliveriesOf,
  HOUR_MS,
  MINUTE_MS,
  pause,
  resume,
  SECOND_MS,
  START_MS,
} from './simulated.ts';

export type Step =
  /** Events come in, all at once or spread over a minute. */
  | { readonly kind: 'events'; readonly count: number; readonly overMs: number }
  /** From now on every nth request fails, or none. */
  | { readonly kind: 'receiver'; readonly outcome: Outcome; readonly everyNth: number }
  | { readonly kind: 'well' }
  | { readonly kind: 'pause' }
  | { readonly kind: 'resume' }
  /** One delivery is retried by hand or cancelled, or one event redacted: the nth of those that there are. */
  | { readonly kind: 'retry' | 'cancel' | 'redact'; readonly nth: number }
  /** All deliveries of the endpoint in a state are sent again. */
  | { readonly kind: 'replay'; readonly status: 'delivered' | 'dead' | undefined };

type Act = Extract<Step, { kind: 'retry' | 'cancel' | 'redact' | 'replay' }>;

export interface History {
  readonly steps: readonly { readonly step: Step; readonly afterMs: number }[];
  readonly latencyMs: number;
  readonly policy: RetryPolicyInput;
  readonly deadlineDays: number;
  readonly maxPerSecond: number | undefined;
  readonly autoPause: boolean | { readonly failures: number; readonly overSeconds: number };
  readonly tripFailures: number;
  readonly seed: number;
  readonly faults: {
    readonly crashes: number;
    readonly doubledMessages: number;
    readonly lostSchedules: number;
    readonly doubledSchedules: number;
  };
}

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('events' as const),
      count: fc.integer({ min: 1, max: 40 }),
      overMs: fc.constantFrom(0, 0, 60_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('receiver' as const),
      outcome: fc.constantFrom<Outcome>(
        answered(500),
        answered(503, 20 * SECOND_MS),
        answered(410),
        failed('timeout_response'),
        failed('connection_refused'),
      ),
      everyNth: fc.constantFrom(1, 1, 2, 3),
    }),
  },
  { weight: 3, arbitrary: fc.constant({ kind: 'well' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'pause' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'resume' as const }) },
);

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom(
        'retry' as const,
        'retry' as const,
        'cancel' as const,
        'redact' as const,
      ),
      nth: fc.nat(1_000),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('replay' as const),
      status: fc.constantFrom('delivered' as const, 'dead' as const, undefined),
    }),
  },
);

const afterMs = fc.constantFrom(
  0,
  50,
  SECOND_MS,
  7 * SECOND_MS,
  MINUTE_MS,
  11 * MINUTE_MS,
  HOUR_MS,
  9 * HOUR_MS,
);

const policy = fc.constantFrom<RetryPolicyInput>('forty-days', 'forty-days', 'idnow', {
  immediate: true,
  steps: [{ count: 40, seconds: 20 * 60 }],
  jitter: 0.2,
});

export const noFaults = { crashes: 0, doubledMessages: 0, lostSchedules: 0, doubledSchedules: 0 };
export const scheduleFaults = fc.record({
  crashes: fc.constant(0),
  doubledMessages: fc.constant(0),
  lostSchedules: fc.constantFrom(0, 0.3, 1),
  doubledSchedules: fc.constantFrom(0, 0.3, 1),
});
export const allFaults = fc.record({
  crashes: fc.constantFrom(0, 0.01, 0.05),
  doubledMessages: fc.constantFrom(0, 0.1),
  lostSchedules: fc.constantFrom(0, 0.3),
  doubledSchedules: fc.constantFrom(0, 0.3),
});

/** @param hasActs whether single deliveries are retried, cancelled, redacted and replayed as well */
export function histories(
  faults: fc.Arbitrary<History['faults']>,
  hasActs = false,
): fc.Arbitrary<History> {
  const anyStep = hasActs
    ? fc.oneof({ weight: 3, arbitrary: step }, { weight: 2, arbitrary: act })
    : step;
  return fc.record({
    steps: fc.array(fc.record({ step: anyStep, afterMs }), {
      minLength: hasActs ? 6 : 1,
      maxLength: hasActs ? 18 : 10,
    }),
    latencyMs: fc.constantFrom(20, 900, 9_000),
    policy,
    deadlineDays: fc.constantFrom(0.02, 0.5, 3),
    maxPerSecond: fc.constantFrom(undefined, undefined, 5),
    autoPause: fc.constantFrom<History['autoPause']>(true, false, {
      failures: 5,
      overSeconds: 120,
    }),
    tripFailures: fc.constantFrom(20, 5, 0),
    seed: fc.integer({ min: 1, max: 1_000_000 }),
    faults,
  });
}

/** Plays a history to its end, the receiver well and nothing paused by a user after its last step. */
export async function play(
  history: History,
  watch: (world: World) => void = () => undefined,
): Promise<{ world: World; endpoint: Endpoint }> {
  const { latencyMs, policy: retryPolicy, maxPerSecond, autoPause } = history;
  let failing: { outcome: Outcome; everyNth: number } | undefined;
  let requests = 0;
  const world = aWorld(
    () => {
      requests++;
      const fails = failing && requests % failing.everyNth === 0;
      return answer(fails && failing ? failing.outcome : 200, latencyMs);
    },
    {
      ...history.faults,
      seed: history.seed,
      settings: { deadlineDays: history.deadlineDays, tripFailures: history.tripFailures },
    },
  );
  putTenant(world.system.dynamoDb, 'demo', START_MS);
  watch(world);
  const endpoint = world.addEndpoint({
    retryPolicy,
    autoPause,
    ...(maxPerSecond === undefined ? {} : { maxPerSecond }),
  });
  let atMs = START_MS;
  for (const { step, afterMs } of history.steps) {
    atMs += afterMs;
    world.clock.at(atMs, () =>
      carryOut(world, endpoint, step, (next) => {
        failing = next;
      }),
    );
  }
  world.clock.at(atMs + MINUTE_MS, () => {
    failing = undefined;
    if (world.ledger.healthOf(addressOf(endpoint)).pausedBy === 'user') {
      void resume(world, endpoint);
    }
  });
  await world.clock.run(START_MS + 60 * 24 * HOUR_MS);
  return { world, endpoint };
}

function carryOut(
  world: World,
  endpoint: Endpoint,
  step: Step,
  setFailing: (failing: { outcome: Outcome; everyNth: number } | undefined) => void,
): void {
  switch (step.kind) {
    case 'events':
      for (let index = 0; index < step.count; index++) {
        const atMs = world.clock.nowMs + (index * step.overMs) / step.count;
        world.clock.at(atMs, () => void world.post(endpoint, DATA));
      }
      return;
    case 'receiver':
      setFailing(step);
      return;
    case 'well':
      setFailing(undefined);
      return;
    case 'pause':
      void pause(world, endpoint);
      return;
    case 'resume':
      void resume(world, endpoint);
      return;
    case 'retry':
    case 'cancel':
    case 'redact':
    case 'replay':
      void carryOutAct(world, endpoint, step);
      return;
    default:
      step satisfies never;
  }
}

/** By the API, whose instance may die: then nobody asks again. Put off for some hours while there is nothing to do it to. */
async function carryOutAct(
  world: World,
  endpoint: Endpoint,
  act: Act,
  untilMs = world.clock.nowMs + 9 * HOUR_MS,
): Promise<void> {
  const path = pathOf(world, endpoint, act);
  if (path === undefined) {
    const againMs = world.clock.nowMs + 10 * SECOND_MS;
    if (againMs < untilMs) {
      world.clock.at(againMs, () => void carryOutAct(world, endpoint, act, untilMs));
    }
    return;
  }
  const since = new Date(START_MS).toISOString();
  const body = act.kind === 'replay' && {
    endpoint: endpoint.id,
    since,
    ...defined({ status: act.status }),
  };
  await world.clock
    .patiently(() =>
      world.system.invoke('api', [], (code) =>
        code.request({ method: 'POST', path, tenant: endpoint.tenant, ...(body && { body }) }),
      ),
    )
    .catch(() => undefined);
}

function pathOf(world: World, { id }: Endpoint, act: Act): string | undefined {
  if (act.kind === 'replay') return '/v1/replays';
  const isOpen = ({ state }: Delivery): boolean => act.kind !== 'cancel' || state === 'waiting';
  const deliveries = deliveriesOf(world, { id }).filter(isOpen);
  const one = deliveries[act.nth % Math.max(1, deliveries.length)];
  if (!one) return undefined;
  if (act.kind === 'redact') return `/v1/events/${one.eventId}/redact`;
  return `/v1/deliveries/${deliveryIdOf(one.eventId, id)}/${act.kind}`;
}

// What a producer posts and how receivers behave, from a seed: small, but with every way that a delivery
// can take.

import type { Endpoint } from '../../lambdas/core/endpoints/endpoint.ts';
import { createId } from '../../lambdas/core/identifiers.ts';
import type { RetryPolicyInput } from '../../lambdas/core/retries/delays.ts';
import type { Settings } from '../../lambdas/core/settings.ts';
import { type Transform, versionOf } from '../../lambdas/core/transforms/transform.ts';
import { randomFrom } from '../../local/simulation/random.ts';
import { anEndpoint } from '../builders/endpoints.ts';
import type { Post, Subscriber } from './evidence.ts';
import type { Plan } from './plan.ts';

const BEHAVIOURS = [
  'well',
  'down',
  'flaky',
  'slow',
  'gone',
  'dead',
  'limited',
  'silent',
  'never',
  'deleted',
  'filtered',
  'verified',
  'polled',
] as const;
export type Behaviour = (typeof BEHAVIOURS)[number];

export interface ScenarioEndpoint {
  readonly endpoint: Omit<Endpoint, 'sealedSecrets'>;
  readonly secret: string;
  readonly subscriber: Subscriber & { readonly newerSecrets: string[] };
  readonly behaviour: Behaviour;
  /** Whether it is created by the API, and not there from the beginning. */
  readonly isByApi: boolean;
  /** What it answers, milliseconds since the start; 0 is no answer in time. */
  answer(sinceStartMs: number): { readonly status: number; readonly latencyMs: number };
}

export interface ScenarioPost {
  readonly atMs: number;
  readonly tenant: string;
  readonly type: string;
  readonly data: string;
  readonly key: string | undefined;
  /** When the producer posts it once more though it was answered. */
  readonly againAtMs: number | undefined;
}

/** A post as it goes on. */
export interface Posting extends Omit<Post, 'tries' | 'answeredIds' | 'postedAtMs'> {
  tries: number;
  postedAtMs: number;
  readonly answeredIds: string[];
}

export interface Scenario {
  readonly endpoints: readonly ScenarioEndpoint[];
  readonly posts: readonly ScenarioPost[];
  readonly settings: Partial<Settings>;
  /** When everything that was away is back. */
  readonly calmAtMs: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** Deleted on the way, where there are acts. */
export const ERASED = 'initech';
export const TENANTS = ['acme', 'globex', ERASED];
const TYPES = ['order.paid', 'order.sent', 'user.created'];
const FILTERED_FROM = 5;
/** Over in well under two hours, faults included. */
const SHORT_POLICY: RetryPolicyInput = {
  immediate: true,
  jitter: 0,
  steps: [
    { count: 2, seconds: 60 },
    { count: 1, seconds: 1_500 },
  ],
};
const PROMISED_BY_FORTY_DAYS = 67;
/** Longer steps than SQS can delay, and as many: each waits for a schedule. */
const PATIENT_POLICY: RetryPolicyInput = {
  immediate: true,
  jitter: 0,
  steps: [{ count: PROMISED_BY_FORTY_DAYS, seconds: 1_500 }],
};
const MAY_BE_PATIENT: readonly Behaviour[] = ['down', 'flaky', 'slow', 'silent'];
/** Attempts before a delivery may be dead; what never answers meets its deadline while it rests. */
const PROMISED: Partial<Record<Behaviour, number>> = { dead: 5, never: 1 };
/** Long after every receiver is up. */
const DEADLINE_MS = 12 * HOUR_MS;
const REPLAY_AT_MS = 4 * HOUR_MS;

/** Adds a member, with a number that tells one version from another. */
export function aTransform(v: number): Transform {
  const given = { language: 'jsonata' as const, source: `$merge([$, {"v": ${v}}])` };
  return { ...given, version: versionOf(given) };
}

/** Before a request is repeated: seconds at first, minutes in the end. */
export function pauseBefore(tries: number, random: () => number): number {
  return Math.floor((0.5 + random()) * Math.min(3_000 * 1.5 ** tries, 5 * MINUTE_MS));
}

export function createScenario(plan: Plan, startMs: number): Scenario {
  const { seed, stops, outages, hasActs, hasTransforms } = plan;
  const random = randomFrom(seed ^ 0x5ce7a);
  const patience = randomFrom(seed ^ 0x9a71);
  // What is not there cannot be answered by anybody: the deadline waits for that.
  const awayMs = stops.reduce((sum, { downMs }) => sum + downMs, 0);
  const calmAtMs = Math.max(
    REPLAY_AT_MS,
    ...stops.map(({ atMs }) => atMs + awayMs),
    ...outages.map(({ untilMs }) => untilMs + awayMs),
  );
  const pick = <T>(entries: readonly [T, ...T[]] | readonly T[]): T =>
    entries[Math.floor(random() * entries.length)] ?? (entries[0] as T); // never empty
  const bytes = (count: number) =>
    Buffer.from(Uint8Array.from({ length: count }, () => Math.floor(random() * 256)));
  // The first behaviours go round with the seed, so that each is met as often as any other.
  const behaviours: Behaviour[] = [
    BEHAVIOURS[seed % BEHAVIOURS.length] ?? 'well',
    ...Array.from({ length: 1 + Math.floor(random() * 3) }, () => pick(BEHAVIOURS)),
  ];
  const endpoints = behaviours.map((behaviour, index): ScenarioEndpoint => {
    const tenant =
      index === 0 || ['verified', 'polled', 'dead'].includes(behaviour) ? 'acme' : pick(TENANTS);
    const id = createId('ep', startMs, bytes(10));
    const secret = bytes(24).toString('base64');
    const types = random() < 0.5 ? [] : [pick(TYPES), pick(TYPES)];
    const upAtMs = (2 + random() * (random() < 0.5 ? 10 : 150)) * MINUTE_MS;
    const latencyMs = 20 + random() * 200;
    const timeoutMs = 2_000;
    const endpoint = anEndpoint({
      tenant,
      id,
      url: `https://receiver.example.com/${id}`,
      eventTypes: types,
      timeoutMs,
      createdAtMs: startMs,
      timingHeaders: true,
      ...(behaviour === 'dead' && { retryPolicy: SHORT_POLICY }),
      ...(MAY_BE_PATIENT.includes(behaviour) &&
        patience() < 0.8 && { retryPolicy: PATIENT_POLICY }),
      ...(behaviour === 'filtered' && { filter: { post: [{ numeric: ['>=', FILTERED_FROM] }] } }),
      ...(behaviour === 'polled' && { polling: true }),
      ...(hasTransforms && index % 2 === 0 && { transform: aTransform(0) }),
      ...(behaviour === 'limited' && { maxPerSecond: 1 + random() * 5 }),
    });
    return {
      endpoint,
      secret: `whsec_${secret}`,
      subscriber: {
        id,
        scope: `live#${tenant}`,
        types,
        secret,
        timeoutMs,
        recovers: behaviour !== 'never',
        promised: PROMISED[behaviour] ?? PROMISED_BY_FORTY_DAYS,
        isDeleted: behaviour === 'deleted' || (hasActs && tenant === ERASED),
        newerSecrets: [],
        ...(hasTransforms && { isTransformed: true }),
        ...(behaviour === 'filtered' && {
          accepts: (data: string) => JSON.parse(data).post >= FILTERED_FROM,
        }),
        ...(behaviour === 'verified' && { sinceMs: Number.POSITIVE_INFINITY }),
        ...(behaviour === 'dead' ? { replayedAtMs: startMs + calmAtMs } : {}),
      },
      behaviour,
      isByApi: behaviour === 'verified',
      answer(sinceStartMs) {
        const isUp = sinceStartMs >= upAtMs;
        switch (behaviour) {
          case 'down':
          case 'limited':
            return { status: isUp ? 200 : 503, latencyMs };
          case 'flaky':
            return { status: isUp || random() < 0.5 ? 200 : 500, latencyMs };
          case 'slow':
            return { status: isUp || random() < 0.6 ? 200 : 0, latencyMs: timeoutMs * 0.9 };
          case 'gone':
            return { status: isUp ? 204 : 410, latencyMs };
          case 'dead':
            return { status: sinceStartMs >= calmAtMs ? 200 : 500, latencyMs };
          case 'never':
            return { status: 503, latencyMs };
          case 'deleted':
            return { status: random() < 0.5 ? 200 : 500, latencyMs };
          case 'silent':
            return { status: isUp ? 200 : 0, latencyMs };
          default:
            return { status: 200, latencyMs };
        }
      },
    };
  });
  const overMs = (random() < 0.5 ? 0.2 : 10) * MINUTE_MS;
  const posts = Array.from({ length: 5 + Math.floor(random() * 25) }, (_, n): ScenarioPost => {
    const atMs = random() * overMs;
    const key = random() < 0.5 ? `post-${n}` : undefined;
    const note = `${'ä€𝄞"\\/'.repeat(Math.floor(random() * 4))}${bytes(6).toString('hex')}`;
    return {
      atMs,
      tenant: random() < 0.8 ? 'acme' : pick(TENANTS),
      type: pick(TYPES),
      data: `{ "post":${n},"n":1.50,"note":${JSON.stringify(note)} }`,
      key,
      againAtMs: key && random() < 0.2 ? atMs + random() * 10 * MINUTE_MS : undefined,
    };
  });
  return {
    endpoints,
    posts,
    settings: {
      tripFailures: pick([0, 3, 20]),
      deadlineDays: (calmAtMs + DEADLINE_MS) / (24 * HOUR_MS),
      sealEventData: random() < 0.3,
    },
    calmAtMs,
  };
}

// What a producer posts and how receivers behave, from a seed: small, but with every way that a delivery
// can take.

import type { Endpoint } from '../../lambdas/core/endpoints/endpoint.ts';
import { createId } from '../../lambdas/core/identifiers.ts';
import type { RetryPolicyInput } from '../../lambdas/core/retries/policy.ts';
import { randomFrom } from '../../local/simulation/world.ts';
import { anEndpoint } from '../builders/endpoints.ts';
import type { Subscriber } from './checker.ts';

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
] as const;
type Behaviour = (typeof BEHAVIOURS)[number];

export interface ScenarioEndpoint {
  readonly endpoint: Omit<Endpoint, 'sealedSecrets'>;
  readonly secret: string;
  readonly subscriber: Subscriber;
  /** When it is deleted, since the start. */
  readonly deletedAtMs: number | undefined;
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

export interface Scenario {
  readonly endpoints: readonly ScenarioEndpoint[];
  readonly posts: readonly ScenarioPost[];
  readonly tripFailures: number;
  /** When the deliveries that died are replayed. */
  readonly replayAtMs: number | undefined;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const TENANTS = ['acme', 'globex'];
const TYPES = ['order.paid', 'order.sent', 'user.created'];
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
/** Attempts before a delivery may be dead; what never answers meets its deadline while it rests. */
const PROMISED: Partial<Record<Behaviour, number>> = { dead: 5, never: 1 };
/** Long after every receiver is up. */
export const DEADLINE_DAYS = 0.5;
export const REPLAY_AT_MS = 4 * HOUR_MS;

export function createScenario(seed: number, startMs: number): Scenario {
  const random = randomFrom(seed ^ 0x5ce7a);
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
    const tenant = index === 0 ? 'acme' : pick(TENANTS);
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
        isDeleted: behaviour === 'deleted',
        ...(behaviour === 'dead' ? { replayedAtMs: startMs + REPLAY_AT_MS } : {}),
      },
      deletedAtMs: behaviour === 'deleted' ? random() * 20 * MINUTE_MS : undefined,
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
            return { status: sinceStartMs >= REPLAY_AT_MS ? 200 : 500, latencyMs };
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
    tripFailures: pick([0, 3, 20]),
    replayAtMs: behaviours.includes('dead') ? REPLAY_AT_MS : undefined,
  };
}

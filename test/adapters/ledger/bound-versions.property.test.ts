// One idempotency key never carries two bodies: whatever repeats a delivery, its requests are made by one version.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { freshDelivery } from '../../../lambdas/core/deliveries/advance.ts';
import { attemptsMade, type Delivery } from '../../../lambdas/core/deliveries/delivery.ts';
import { findDelivery } from '../../../lambdas/core/deliveries/ledger.ts';
import { newRun } from '../../../lambdas/core/deliveries/new-run.ts';
import { settingsSchema } from '../../../lambdas/core/settings.ts';
import { AS_POSTED } from '../../../lambdas/core/transforms/transform.ts';
import { createCallCounts } from '../../../local/simulation/memory/call-counts.ts';
import { createMemoryLedger } from '../../../local/simulation/memory/ledger.ts';
import { anEvent, ENDPOINT_ID, NOON_MS } from '../../builders/events.ts';

const settings = settingsSchema.parse({});
const event = anEvent();
const ref = { ...event, eventId: event.id, endpointId: ENDPOINT_ID };
const LEASE_MS = 15_000;

/** A version by which no request can be formed. */
const FAILS = 'fails';
const VERSIONS = ['v1', 'v2', FAILS, AS_POSTED] as const;

const step = fc.oneof(
  fc.record({ kind: fc.constant('change' as const), version: fc.constantFrom(...VERSIONS) }),
  /** A message that comes for the next attempt; its function may die at any time. */
  fc.record({
    kind: fc.constant('attempt' as const),
    end: fc.constantFrom('dies before its request', 'dies after it', 'recorded', 'delivered'),
  }),
  fc.record({ kind: fc.constantFrom('rest', 'deadline', 'manual', 'replay') }),
);
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** @returns by which versions requests were made */
async function play(steps: readonly Step[]): Promise<ReadonlySet<string>> {
  const ledger = createMemoryLedger(createCallCounts());
  const sent = new Set<string>();
  let version: string = VERSIONS[0];
  let nowMs = NOON_MS;
  let holders = 0;

  async function attempt(found: Delivery | undefined, end: string): Promise<void> {
    const holder = `message/${++holders}`;
    const fresh = freshDelivery(event, ENDPOINT_ID, settings, nowMs);
    const isFirst = !found || (found.run === 1 && attemptsMade(found) === 0);
    const claim = await ledger.claim({
      ref,
      fresh: isFirst ? { ...fresh, transformVersion: version } : undefined,
      run: found?.run ?? 1,
      attempt: (found ? attemptsMade(found) : 0) + 1,
      nowMs,
      holder,
      leaseUntilMs: nowMs + LEASE_MS,
      transformVersion: version,
    });
    if (claim.kind !== 'claimed' || end === 'dies before its request') return;
    const { lease, ...claimed } = claim.delivery;
    const { transformVersion = 'not bound' } = claimed;
    const isSent = transformVersion !== FAILS;
    if (isSent) sent.add(transformVersion);
    if (end === 'dies after it') return;
    const isDelivered = isSent && end === 'delivered';
    await ledger.recordClaimed(
      {
        ...claimed,
        state: isDelivered ? 'delivered' : isSent ? 'waiting' : 'dead',
        attempts: [
          ...claimed.attempts,
          {
            number: attemptsMade(claimed) + 1,
            run: claimed.run,
            cause: 'curve',
            atMs: nowMs,
            durationMs: 1,
            outcome: isDelivered ? 'http_200' : isSent ? 'http_500' : 'transform_failed',
          },
        ],
        recordedBy: holder,
      },
      holder,
    );
  }

  for (const one of steps) {
    // Nothing is under way any more.
    nowMs += 2 * LEASE_MS;
    const found = await findDelivery(ledger, ref);
    switch (one.kind) {
      case 'change':
        version = one.version;
        break;
      case 'attempt':
        await attempt(found, one.end);
        break;
      case 'rest': {
        const fresh = found ? undefined : freshDelivery(event, ENDPOINT_ID, settings, nowMs);
        const [run, made] = [found?.run ?? 1, found ? attemptsMade(found) : 0];
        await ledger.rest({ ref, fresh, run, attempt: made + 1, nowMs });
        break;
      }
      case 'deadline':
        if (found?.state === 'waiting') {
          await ledger.settle({ ...found, deathReason: 'deadline' }, 'dead', nowMs);
        }
        break;
      case 'manual':
      case 'replay':
        if (found) await ledger.openRun(newRun(found, one.kind, settings, nowMs), found.run);
        break;
    }
  }
  return sent;
}

it('whatever repeats a delivery, all of its requests are made by one version', async () => {
  let requests = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 14 }), async (steps) => {
      const sent = await play(steps);
      requests += sent.size;
      expect([...sent].slice(1)).toEqual([]);
      expect(sent.has('not bound')).toBe(false);
    }),
    { numRuns: 2_000 },
  );
  expect(requests).toBeGreaterThan(1_000);
});

it('and what never could be sent is made by the version that its endpoint has then', async () => {
  const [change, attempt, manual] = [
    (version: (typeof VERSIONS)[number]) => ({ kind: 'change', version }) as const,
    { kind: 'attempt', end: 'recorded' } as const,
    { kind: 'manual' } as const,
  ];
  expect(await play([change(FAILS), attempt, change('v2'), manual, attempt])).toEqual(
    new Set(['v2']),
  );
});

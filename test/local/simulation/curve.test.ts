// The curves, attempt by attempt, through the real handlers in virtual time. The offsets are literals,
// summed by hand from the curve: seconds from the first attempt.
import { describe, expect, it } from 'vitest';
import { CONTRACT_NAMES, type ContractName } from '../../../lambdas/core/contracts/all.ts';
import type { Delivery } from '../../../lambdas/core/deliveries/delivery.ts';
import type { Outcome } from '../../../lambdas/core/retries/outcome.ts';
import { SIMULATED_CONTRACTS } from '../../../local/simulation/world.ts';
import { answered, failed } from '../../builders/outcomes.ts';
import { wholeOr } from '../../builders/share.ts';
import { answer, aWorld, DATA, DAY_MS, deliveriesOf, HOUR_MS, START_MS } from './simulated.ts';

/** The first attempt, one at once, then 1, 2, 4, 8, 16, 32 minutes apart. */
const MINUTES = [0, 0, 60, 180, 420, 900, 1860, 3780];
/** Five of an hour each. */
const HOURS = [7380, 10980, 14580, 18180, 21780];
/** Twenty of six hours each. */
const QUARTER_DAYS = [
  43380, 64980, 86580, 108180, 129780, 151380, 172980, 194580, 216180, 237780, 259380, 280980,
  302580, 324180, 345780, 367380, 388980, 410580, 432180, 453780,
];
/** Thirty-four of a day each. */
const DAYS = [
  540180, 626580, 712980, 799380, 885780, 972180, 1058580, 1144980, 1231380, 1317780, 1404180,
  1490580, 1576980, 1663380, 1749780, 1836180, 1922580, 2008980, 2095380, 2181780, 2268180, 2354580,
  2440980, 2527380, 2613780, 2700180, 2786580, 2872980, 2959380, 3045780, 3132180, 3218580, 3304980,
  3391380,
];
const FORTY_DAYS = [...MINUTES, ...HOURS, ...QUARTER_DAYS, ...DAYS];
/** Ten retries, 1, 2, 4 ... 512 s apart. */
const IDNOW = [0, 1, 3, 7, 15, 31, 63, 127, 255, 511, 1023];

const names = CONTRACT_NAMES.filter((name) => SIMULATED_CONTRACTS.includes(name));
/** Within a bucket of ten minutes, on its end, and at a second's end. */
const MOMENTS = wholeOr([0, 547_321, 599_999], [599_999]);
const onFortyDays = names.filter((name) => name !== 'idnow');

/** One delivery to an endpoint that answers so for so long, and 200 after that. */
async function deliverOne(
  contract: ContractName,
  outcome: Outcome,
  outageMs: number,
  afterStartMs = 0,
) {
  const world = aWorld((atMs) => answer(atMs < afterStartMs + outageMs ? outcome : 200));
  const endpoint = world.addEndpoint({ contract });
  world.clock.at(START_MS + afterStartMs, () => void world.post(endpoint, DATA));
  await world.clock.run();
  const [delivery] = deliveriesOf(world, endpoint);
  if (!delivery) throw new Error('the delivery is not in the ledger');
  const schedules = [...world.wakes.created.values()].flat().length;
  return { delivery, offsets: offsetsOf(delivery), world, schedules };
}

function offsetsOf({ attempts }: Delivery): number[] {
  const firstMs = attempts[0]?.atMs ?? 0;
  return attempts.map(({ atMs }) => (atMs - firstMs) / 1000);
}

function expectNear(offsets: readonly number[], expected: readonly number[]): void {
  expect(offsets).toHaveLength(expected.length);
  for (const [index, offset] of offsets.entries()) {
    const wanted = expected[index] ?? Number.NaN;
    expect(Math.abs(offset - wanted), `attempt ${index + 1}, ${offset} s`).toBeLessThanOrEqual(2);
  }
}

describe('an endpoint that is down for ever', () => {
  it('has 65 counted retries before it', () => {
    expect(FORTY_DAYS).toHaveLength(1 + 1 + 65);
  });

  it.each(onFortyDays.flatMap((name) => MOMENTS.map((after) => [name, after] as const)))(
    'gets 67 attempts of %s at the offsets of the curve (posted after %i ms)',
    async (contract, afterStartMs) => {
      const down = await deliverOne(contract, answered(500), 60 * DAY_MS, afterStartMs);
      expectNear(down.offsets, FORTY_DAYS);
      expect(down.delivery).toMatchObject({ state: 'dead', deathReason: 'attempts' });
      expect(down.delivery.attempts.map(({ cause }) => cause)).toEqual([
        'first',
        'immediate',
        ...Array.from({ length: 65 }, () => 'curve'),
      ]);
      // 3,391,380 s are 56,523 minutes: 39.25 days and three minutes.
      const endedAfterMs = (down.offsets.at(-1) ?? 0) * 1000;
      expect(Math.abs(endedAfterMs - 56_523 * 60_000)).toBeLessThanOrEqual(2_000);
      expect(down.schedules).toBeLessThanOrEqual(65);
      expect(down.world.wakes.alive()).toBe(0);
    },
  );

  it.each(onFortyDays)('is retried by %s whatever it fails with', async (contract) => {
    const outcomes = [answered(400), answered(404), answered(301), failed('tls'), failed('dns')];
    for (const outcome of outcomes) {
      const { delivery } = await deliverOne(contract, outcome, 2 * 60_000);
      expect(delivery.state).toBe('delivered');
      expect(delivery.attempts).toHaveLength(4);
    }
  });
});

describe('an endpoint that is back after three hours', () => {
  it.each(onFortyDays)('gets the delivery of %s on the next step', async (contract) => {
    const { delivery, offsets } = await deliverOne(contract, answered(503), 3 * HOUR_MS);
    expect(delivery.state).toBe('delivered');
    expectNear(offsets, FORTY_DAYS.slice(0, 10));
    expect(offsets.at(-1)).toBeGreaterThanOrEqual(3 * 3600);
    expect(delivery.attempts.at(-1)?.status).toBe(200);
  });
});

describe.runIf(names.includes('idnow' as ContractName))('idnow', () => {
  const idnow = 'idnow' as ContractName;

  it('is retried after 1, 2, 4 ... 512 s, and is dead then', async () => {
    const { delivery, offsets } = await deliverOne(idnow, answered(500), DAY_MS);
    expectNear(offsets, IDNOW);
    expect(delivery).toMatchObject({ state: 'dead', deathReason: 'attempts' });
  });

  it.each([400, 401, 404, 422, 429])('is not tried again after %d', async (status) => {
    const { delivery } = await deliverOne(idnow, answered(status), DAY_MS);
    expect(delivery.attempts).toHaveLength(1);
    expect(delivery).toMatchObject({ state: 'dead', deathReason: 'final_outcome' });
  });

  it.each([
    ['500', answered(500)],
    ['503', answered(503)],
    ['a timeout of the answer', failed('timeout_response')],
    ['a timeout of the connection', failed('timeout_connect')],
    ['a refused connection', failed('connection_refused')],
    ['a reset connection', failed('connection_reset')],
    ['a name that is not found', failed('dns')],
  ])('is tried again after %s', async (_, outcome) => {
    const { delivery, offsets } = await deliverOne(idnow, outcome, 2_500);
    expect(delivery.state).toBe('delivered');
    expectNear(offsets, [0, 1, 3]);
  });
});

// The embedded runtime, killed again and again while events come in and deliveries go out.
import { expect, it } from 'vitest';
import { benchKills } from '../../faults/kills.ts';

const KILLS = 50;
const EVENTS = 2_000;

it(`nothing is lost or stuck by ${KILLS} kills, and the index agrees with the items at each start`, async () => {
  const { kills, compared, tookMs, ...found } = await benchKills({
    seed: 1,
    events: EVENTS,
    kills: KILLS,
  });
  console.log(`${kills} kills in ${tookMs} ms: ${compared} entries of the index compared`);
  expect(found).toMatchObject({
    answered: EVENTS,
    lost: [],
    stuck: 0,
    unknown: [],
    splitKeys: 0,
    disagreements: [],
  });
  expect(kills).toBe(KILLS);
  expect(compared).toBeGreaterThan(KILLS * 10);
}, 1_200_000);

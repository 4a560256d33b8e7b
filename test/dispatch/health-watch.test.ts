import { expect, it } from 'vitest';
import { CLEAN_HEALTH, recovering } from '../../lambdas/core/health/health.ts';
import { createHealthWatch } from '../../lambdas/dispatch/health-watch.ts';
import { anEndpoint } from '../builders/endpoints.ts';
import { NOON_MS } from '../builders/events.ts';
import { fixedSurroundings, only } from '../builders/ports.ts';

type Ports = Parameters<typeof createHealthWatch>[0];

it('regression: answers to released deliveries are counted though the endpoint was healthy a moment ago', async () => {
  const counted: number[] = [];
  let health = CLEAN_HEALTH;
  const watch = createHealthWatch(
    only<Ports>({
      ledger: only<Ports['ledger']>({
        getHealth: async () => ({ health, version: 1, answers: 0 }),
        countAnswers: async (_endpoint, count) => {
          counted.push(count);
        },
      }),
      surroundings: fixedSurroundings(NOON_MS),
      tripFailures: 20,
    }),
  );
  const endpoint = anEndpoint({});
  const message = { ...endpoint, endpointId: endpoint.id, eventId: 'evt_1', run: 1, attempt: 1 };
  const first = { ...message, cause: 'first', doubtful: false } as const;
  expect(await watch.maySend(first)).toBe(true);
  health = recovering(NOON_MS);
  expect(await watch.maySend({ ...first, released: true })).toBe(true);
  const seen = { successes: 1, failuresInRow: 0, gone: false, probed: false };
  await watch.report(endpoint, { ...seen, answers: 1 });
  expect(counted).toEqual([1]);
});

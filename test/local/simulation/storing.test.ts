// Storing an event does not depend on receivers, not even where endpoints that answered fast stop answering together.
import { expect, it } from 'vitest';
import { createId } from '../../../lambdas/core/identifiers.ts';
import { parseConfiguration } from '../../../lib/configuration.ts';
import { VirtualClock } from '../../../local/simulation/memory/virtual-clock.ts';
import { adaptersOf } from '../../../local/simulation/system/adapters.ts';
import { QUIET } from '../../../local/simulation/system/conditions.ts';
import { QUEUE_NAMES } from '../../../local/simulation/system/queues.ts';
import { putEndpoint, putTenant } from '../../../local/simulation/system/registry.ts';
import { createSystem } from '../../../local/simulation/system/system.ts';
import { anEndpoint } from '../../builders/endpoints.ts';
import { anEvent } from '../../builders/events.ts';

const START_MS = 1_767_225_600_000;
const CALL_MS = 8;
const FAST_MS = 200;
const HANGING = 5;
const EVERY_MS = 12;
const HANG_AFTER_MS = 6_000;
const END_MS = 9_000;
const WATCHED_EVERY_MS = 100;
const WATCHED = 'watched';

it('a tenant’s event is stored in time while endpoints of others, which answered fast, stop answering together', async () => {
  const clock = new VirtualClock(START_MS);
  const isHanging = (): boolean => clock.nowMs >= START_MS + HANG_AFTER_MS;
  const accepted = new Map<string, number>();
  const waitsMs: number[] = [];
  const system = createSystem({
    clock,
    random: () => 0.5,
    conditions: {
      ...QUIET,
      async call(_, { service, operation, run, input }) {
        if (service === 'receiver') return run(input);
        await clock.sleep(CALL_MS);
        const answer = await run(input);
        if (service !== 'dynamodb' || operation !== 'BatchWriteItem') return answer;
        const written = JSON.stringify(input);
        for (const [id, atMs] of accepted) {
          if (written.includes(id)) waitsMs.push(clock.nowMs - atMs);
          if (written.includes(id)) accepted.delete(id);
        }
        return answer;
      },
    },
    async receive({ url, timeoutMs }) {
      const hangs = isHanging() && !url.endsWith(WATCHED);
      await clock.sleep(hangs ? timeoutMs : FAST_MS);
      return hangs
        ? { kind: 'failure', failure: 'timeout_response', detail: 'no answer in time' }
        : { kind: 'response', response: { status: 200, headers: {}, body: '' } };
    },
  });
  const { sources } = parseConfiguration({});
  for (const name of QUEUE_NAMES) system.queues[name].maxConcurrency = sources[name].maxConcurrency;

  const { queues } = adaptersOf(system.services);
  let made = 0;
  const randomly = (): Uint8Array => Buffer.from((++made).toString().padStart(10, '0'));
  const addTenant = (tenant: string): void => {
    putTenant(system.dynamoDb, tenant, START_MS);
    const id = createId('ep', START_MS, randomly());
    const url = `https://receiver.example.com/${tenant}`;
    const secret = 'a-secret-of-the-receiver-of-the-test';
    putEndpoint(system.dynamoDb, anEndpoint({ tenant, id, url }), secret, Buffer.alloc(12, 7));
  };
  const post = (tenant: string): void => {
    const id = createId('evt', clock.nowMs, randomly());
    if (tenant === WATCHED) accepted.set(id, clock.nowMs);
    const event = anEvent({ tenant, id, acceptedAtMs: clock.nowMs });
    void queues.sendEvents([{ event, mayRepeat: false }]);
  };
  const postEvery = (tenant: string, everyMs: number, fromMs: number): void => {
    addTenant(tenant);
    for (let at = fromMs; at < END_MS; at += everyMs) clock.at(START_MS + at, () => post(tenant));
  };
  for (let n = 0; n < HANGING; n++) postEvery(`hanging-${n}`, EVERY_MS, n);
  postEvery(WATCHED, WATCHED_EVERY_MS, 0);
  await clock.run(START_MS + END_MS + 60_000);

  expect(waitsMs).toHaveLength(END_MS / WATCHED_EVERY_MS);
  // Two rounds of calls, whatever receivers do.
  expect(Math.max(...waitsMs)).toBeLessThanOrEqual(4 * CALL_MS);
});

// Steps of what the operator alone does: the catalogue, dead letters, the sealing key.
import { encodeEventMessage } from '../../lambdas/core/events/message.ts';
import { bucketOf } from '../../lambdas/core/wakes/bucket.ts';
import { encodeWakeMessage } from '../../lambdas/core/wakes/message.ts';
import { type Step, state } from './step.ts';
import type { Run } from './world.ts';

export const OPERATOR_STEPS: readonly Step[] = [
  {
    title: 'the catalogue of event types',
    async run(run) {
      const { post } = await run.tenant();
      const type = '/v1/event-types/catalogued';
      const schema = { type: 'object' };
      await run.operator('PUT', type, { public: true, schema, onMismatch: 'refuse' });
      await run.operator('GET', type);
      await run.operator('GET', '/v1/event-types');
      await fetch(`${run.runtime.url}/.well-known/event-types.json`);
      await post({ type: 'catalogued' });
      await run.operator('DELETE', type);
    },
  },
  {
    title: 'dead letters of events and wake-ups, looked at and sent back',
    async run(run) {
      const customer = await run.tenant();
      const { id: endpointId } = await customer.endpoint();
      const at = { tenant: customer.id, environment: 'live' as const };
      const nowMs = Date.now();
      // Both may come twice, and nothing is done again.
      const id = await customer.post();
      await state(run, customer, id, 'delivered');
      const data = JSON.stringify({ n: 1 });
      const event = { ...at, id, type: 'a.b', acceptedAtMs: nowMs, channels: [], data };
      await redriven(run, 'events', encodeEventMessage({ event, mayRepeat: true }), id);
      const wake = encodeWakeMessage({ ...at, endpointId, bucketMs: bucketOf(nowMs) });
      await redriven(run, 'wakes', wake, endpointId);
    },
  },
  {
    title: 'how much the queues hold',
    async run(run) {
      await run.operator('GET', '/v1/queues');
    },
  },
  {
    title: 'the sealing key, and sealing anew',
    async run(run) {
      await run.operator('GET', '/v1/sealing-keys');
      let cursor: string | null | undefined;
      do {
        const body = cursor ? { cursor } : {};
        cursor = (await run.operator('POST', '/v1/sealing-keys/reseal', body)).next;
      } while (cursor);
    },
  },
];

/** One is sent back; another, which is about the same, is looked at: looking hides it for a while. */
async function redriven(run: Run, queue: 'events' | 'wakes', message: string, about: string) {
  const dead = queue === 'events' ? '^EventsDead' : '^WakesDead';
  await run.send(dead, message);
  await run.until(async () => {
    const { moved } = await run.operator('POST', '/v1/dead-letters/redrive', { queue });
    return moved > 0;
  });
  await run.send(dead, message);
  await run.until(async () => {
    const { data } = await run.operator('GET', `/v1/dead-letters?queue=${queue}&limit=100`);
    return data.some((one: { event: string; endpoint: string }) =>
      [one.event, one.endpoint].includes(about),
    );
  });
}

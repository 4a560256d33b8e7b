// Everything that the service does, in steps that stand alone: each may be run again, and fails if what
// it asks for does not come about.
import { randomUUID } from 'node:crypto';
import { itemKey } from '../../lambdas/adapters/ledger/health.ts';
import { deliveryKey } from '../../lambdas/adapters/ledger/items.ts';
import { encodeDeliveryMessage } from '../../lambdas/core/deliveries/message.ts';
import { encodeEventMessage } from '../../lambdas/core/events/message.ts';
import { CLEAN_HEALTH } from '../../lambdas/core/health/health.ts';
import { shardOf } from '../../lambdas/core/identifiers.ts';
import { bucketOf, WAKE_SHARDS } from '../../lambdas/core/wakes/bucket.ts';
import { encodeWakeMessage, type WakeMessage } from '../../lambdas/core/wakes/message.ts';
import { ANALYTICS_STEPS } from './analytics-steps.ts';
import { FEATURE_STEPS } from './feature-steps.ts';
import { OPERATOR_STEPS } from './operator-steps.ts';
import { REMOVAL_STEPS } from './removal-steps.ts';
import { calls, HOUR_MS, ref, resting, type Step, state } from './step.ts';
import type { Run } from './world.ts';

const NONE = { steps: [] };
const SOON = { steps: [{ count: 3, seconds: 1 }] };
const LATER = { steps: [{ count: 3, seconds: 3600 }] };

const DELIVERY_STEPS: readonly Step[] = [
  {
    title: 'tenants and keys',
    async run(run) {
      const { id, ask } = await run.tenant();
      await run.operator('PUT', `/v1/tenants/${id}`, { name: 'renamed' });
      await run.operator('GET', `/v1/tenants/${id}`);
      await run.operator('GET', '/v1/tenants');
      const made = await ask('POST', '/v1/keys', { preset: 'reader' });
      await ask('GET', '/v1/keys');
      await ask('DELETE', `/v1/keys/${made.id}`);
    },
  },
  {
    title: 'endpoints',
    async run(run) {
      const { ask, endpoint } = await run.tenant();
      const { id } = await endpoint();
      await ask('GET', '/v1/endpoints');
      await ask('GET', `/v1/endpoints/${id}`);
      await ask('PATCH', `/v1/endpoints/${id}`, { description: 'changed' });
      await ask('GET', `/v1/endpoints/${id}/secret`);
      await ask('POST', `/v1/endpoints/${id}/rotate-secret`, { overlapSeconds: 60 });
      await ask('DELETE', `/v1/endpoints/${id}`);
    },
  },
  {
    title: 'signing keys',
    async run(run) {
      const { data } = await run.operator('GET', '/v1/signing-keys');
      const [first] = data;
      if (first) await run.operator('POST', `/v1/signing-keys/${first.id}/rotate`, {});
      await fetch(`${run.runtime.url}/.well-known/jwks.json`);
    },
  },
  {
    title: 'an event on the fast path',
    async run(run) {
      const customer = await run.tenant();
      const { path } = await customer.endpoint();
      const id = await customer.post();
      await run.until(() => run.receiver.at(path).length > 0);
      await state(run, customer, id, 'delivered');
      await customer.ask('GET', '/v1/events');
      const { data } = await customer.ask('GET', '/v1/deliveries');
      await customer.ask('GET', `/v1/deliveries/${data[0].id}`);
    },
  },
  {
    title: 'an event by the operator',
    async run(run) {
      const { id } = await run.tenant();
      await run.operator('POST', '/v1/events', { type: 'a.b', data: {}, tenant: id });
    },
  },
  {
    title: 'a batch',
    async run(run) {
      const customer = await run.tenant();
      const { path } = await customer.endpoint({ contract: 'bynn' });
      const events = Array.from({ length: 3 }, () => ({ type: 'a.b', data: {} }));
      await customer.ask('POST', '/v1/events/batch', { events });
      await run.until(() => run.receiver.at(path).length === 3);
    },
  },
  {
    title: 'a repeat with an idempotency key',
    async run(run) {
      const customer = await run.tenant();
      const { path } = await customer.endpoint();
      const before = calls(run, 'FanOut', 'dynamodb:GetItem');
      const key = { 'idempotency-key': randomUUID() };
      const [first, second] = [await customer.post({}, key), await customer.post({}, key)];
      if (first !== second) throw new Error('the repeat has an id of its own');
      await run.until(() => run.receiver.at(path).length > 0);
      await state(run, customer, first, 'delivered');
      // The second to come finds the event there, and goes by what is stored.
      await run.until(() => calls(run, 'FanOut', 'dynamodb:GetItem') > before);
    },
  },
  {
    title: 'a retry within seconds',
    async run(run) {
      const customer = await run.tenant();
      const { path } = await customer.endpoint({ retryPolicy: SOON });
      run.receiver.answer(path, (nth) => (nth === 1 ? 500 : 204));
      const id = await customer.post();
      await run.until(() => run.receiver.at(path).length === 2);
      await state(run, customer, id, 'delivered');
    },
  },
  {
    title: 'a retry after an hour, by hand, and cancelled',
    async run(run) {
      const customer = await run.tenant();
      const { path } = await customer.endpoint({ retryPolicy: LATER });
      run.receiver.answer(path, () => 500);
      const events = [await customer.post(), await customer.post()];
      for (const id of events) await state(run, customer, id, 'waiting');
      const { data } = await customer.ask('GET', '/v1/deliveries');
      await customer.ask('POST', `/v1/deliveries/${data[0].id}/retry`);
      await run.until(() => run.receiver.at(path).length === 3);
      await customer.ask('POST', `/v1/deliveries/${data[1].id}/cancel`);
    },
  },
  {
    title: 'a rate limit',
    async run(run) {
      const customer = await run.tenant();
      const { path } = await customer.endpoint({ maxPerSecond: 50 });
      await Promise.all([customer.post(), customer.post(), customer.post()]);
      await run.until(() => run.receiver.at(path).length === 3);
    },
  },
  {
    title: 'a rate limit that is used up',
    async run(run) {
      const customer = await run.tenant();
      const { id, path } = await customer.endpoint({ maxPerSecond: 1 });
      await customer.post();
      await run.until(() => run.receiver.at(path).length === 1);
      const pk = { S: `live#${customer.id}#${id}#rate` };
      await run.tamper({ pk, sk: { S: 'rate' } }, { snt: { N: String(Date.now() + HOUR_MS) } });
      await state(run, customer, await customer.post(), 'waiting');
    },
  },
  {
    title: 'a pause and a resume',
    async run(run) {
      const customer = await run.tenant();
      const { id, path } = await customer.endpoint();
      await customer.ask('POST', `/v1/endpoints/${id}/pause`);
      await resting(run, customer, id);
      await customer.ask('POST', `/v1/endpoints/${id}/resume`);
      await run.until(() => run.receiver.at(path).length > 0);
    },
  },
  {
    title: 'a purge',
    async run(run) {
      const customer = await run.tenant();
      const { id } = await customer.endpoint();
      await customer.ask('POST', `/v1/endpoints/${id}/pause`);
      await resting(run, customer, id);
      const { cancelled } = await customer.ask('POST', `/v1/endpoints/${id}/purge`);
      if (cancelled !== 1) throw new Error(`${cancelled} were cancelled`);
    },
  },
  {
    title: 'an endpoint that is gone, and its probe',
    async run(run) {
      const customer = await run.tenant();
      const { id, path } = await customer.endpoint({ retryPolicy: SOON });
      run.receiver.answer(path, (nth) => (nth === 1 ? 410 : 204));
      await customer.post();
      await run.until(async () => {
        const { status } = await customer.ask('GET', `/v1/endpoints/${id}`);
        return status === 'paused';
      });
      await customer.post();
      await run.send('^Wakes(?!Dead)', encodeWakeMessage(wakeOf(customer.id, id, Date.now())));
    },
  },
  {
    title: 'the look through a paused endpoint',
    async run(run) {
      const before = calls(run, 'Wake', 'dynamodb:Query');
      const customer = await run.tenant();
      const { id } = await customer.endpoint();
      await customer.ask('POST', `/v1/endpoints/${id}/pause`);
      await resting(run, customer, id);
      const wake = encodeWakeMessage(wakeOf(customer.id, id, Date.now()));
      await run.send('^Wakes(?!Dead)', wake);
      await run.until(() => calls(run, 'Wake', 'dynamodb:Query') > before);
    },
  },
  {
    title: 'an endpoint that trips',
    async run(run) {
      const customer = await run.tenant();
      const { id, path } = await customer.endpoint({ retryPolicy: LATER });
      run.receiver.answer(path, () => 500);
      const events = Array.from({ length: 25 }, () => ({ type: 'a.b', data: {} }));
      await customer.ask('POST', '/v1/events/batch', { events });
      await run.until(async () => {
        const { health } = await customer.ask('GET', `/v1/endpoints/${id}`);
        return JSON.stringify(health).includes('tripped');
      });
    },
  },
  {
    title: 'a probe that waits for hours',
    async run(run) {
      const before = calls(run, 'Wake', 'scheduler:CreateSchedule');
      const customer = await run.tenant();
      const { id } = await customer.endpoint();
      await customer.ask('POST', `/v1/endpoints/${id}/pause`);
      const event = await resting(run, customer, id);
      const nowMs = Date.now();
      const later = { N: String(nowMs + 3 * HOUR_MS) };
      await run.tamper(deliveryKey(ref(customer.id, id, event)), { wat: later });
      const tripped = { ...CLEAN_HEALTH, state: 'tripped', sinceMs: nowMs, probeAtMs: nowMs };
      const key = itemKey(ref(customer.id, id, event), 'health');
      await run.tamper(key, { doc: { S: JSON.stringify(tripped) } });
      await run.send('^Wakes(?!Dead)', encodeWakeMessage(wakeOf(customer.id, id, nowMs)));
      await run.until(() => calls(run, 'Wake', 'scheduler:CreateSchedule') > before);
    },
  },
  {
    title: 'a deadline that passes while the endpoint rests, and a notice of it',
    async run(run) {
      const notices = await listening(run);
      const customer = await run.tenant();
      const { id } = await customer.endpoint();
      await customer.ask('POST', `/v1/endpoints/${id}/pause`);
      const event = await resting(run, customer, id);
      const past = { N: String(Date.now() - 1_000) };
      await run.tamper(deliveryKey(ref(customer.id, id, event)), { dl: past });
      await customer.ask('POST', `/v1/endpoints/${id}/resume`);
      await state(run, customer, event, 'dead');
      await noticed(run, notices, event);
    },
  },
  {
    title: 'a dead delivery and the operator’s notice of it',
    async run(run) {
      const notices = await listening(run);
      const customer = await run.tenant();
      const { path } = await customer.endpoint({ retryPolicy: NONE });
      run.receiver.answer(path, () => 500);
      const event = await customer.post();
      await state(run, customer, event, 'dead');
      await noticed(run, notices, event);
    },
  },
  {
    title: 'a message whose delivery is held by another',
    async run(run) {
      const customer = await run.tenant();
      const { id, path } = await customer.endpoint();
      run.receiver.hold();
      try {
        const event = await customer.post({}, { 'idempotency-key': randomUUID() });
        await run.until(() => run.receiver.at(path).length === 1);
        const message = encodeDeliveryMessage({
          ...ref(customer.id, id, event),
          run: 1,
          attempt: 1,
          cause: 'first',
          doubtful: true,
        });
        for (const queue of ['^Deliveries(?!Dead)', '^Slow(?!Dead)', '^Retries(?!Dead)']) {
          const before = counted(run);
          await run.send(queue, message);
          await run.until(() => counted(run) > before);
        }
      } finally {
        run.receiver.letGo();
      }
    },
  },
  {
    title: 'dead letters of all queues',
    async run(run) {
      const customer = await run.tenant();
      const { id: endpointId } = await customer.endpoint();
      const eventId = await customer.post();
      await state(run, customer, eventId, 'delivered');
      // All of them are of work that is done.
      const at = { tenant: customer.id, environment: 'live' as const };
      const nowMs = Date.now();
      const more = { id: eventId, type: 'a.b', acceptedAtMs: nowMs, channels: [], data: '{"n":1}' };
      const event = encodeEventMessage({ event: { ...at, ...more }, mayRepeat: true });
      const delivery = encodeDeliveryMessage({
        ...ref(customer.id, endpointId, eventId),
        run: 1,
        attempt: 1,
        cause: 'first',
        doubtful: true,
      });
      const wake = encodeWakeMessage({ ...at, endpointId, bucketMs: bucketOf(nowMs) });
      const before = calls(run, 'Sweep', 'sqs:DeleteMessageBatch');
      await run.send('^EventsDead', event);
      for (const queue of ['Deliveries', 'Slow', 'Retries']) {
        await run.send(`^${queue}Dead`, delivery);
      }
      await run.send('^WakesDead', wake);
      await run.invoke('Sweep');
      await run.until(() => calls(run, 'Sweep', 'sqs:DeleteMessageBatch') >= before + 5);
    },
  },
  {
    title: 'a wake-up that was lost',
    async run(run) {
      const customer = await run.tenant();
      const { id } = await customer.endpoint();
      const entry = wakeOf(customer.id, id, Date.now() - HOUR_MS);
      await run.tamper(directoryKey(entry), { v: { N: '1' } });
      await run.invoke('Sweep');
      await run.until(() => run.isGone(directoryKey(entry)));
    },
  },
  {
    title: 'a schedule at its time',
    async run(run) {
      const customer = await run.tenant();
      const { id } = await customer.endpoint();
      const wake = wakeOf(customer.id, id, Date.now());
      await run.tamper(directoryKey(wake), { v: { N: '1' } });
      await run.schedule(new Date(Date.now() + 1_000), encodeWakeMessage(wake));
      await run.until(() => run.isGone(directoryKey(wake)));
    },
  },
  {
    title: 'replays of what was delivered and of what is dead',
    async run(run) {
      const customer = await run.tenant();
      const { id, path } = await customer.endpoint({ retryPolicy: NONE });
      run.receiver.answer(path, (nth) => (nth === 1 ? 500 : 204));
      const event = await customer.post();
      await state(run, customer, event, 'dead');
      const range = {
        endpoint: id,
        since: new Date(Date.now() - HOUR_MS).toISOString(),
        until: new Date(Date.now() + 1_000).toISOString(),
      };
      for (const status of ['dead', 'delivered']) {
        await customer.ask('POST', '/v1/replays', { ...range, status, dryRun: true });
        const { id: replay } = await customer.ask('POST', '/v1/replays', { ...range, status });
        await run.until(async () => {
          const { state: now } = await customer.ask('GET', `/v1/replays/${replay}`);
          return now === 'done';
        });
        // The next replay goes by what this one came to.
        await state(run, customer, event, 'delivered');
      }
      await run.until(() => run.receiver.at(path).length === 3);
    },
  },
  {
    title: 'a test of an endpoint',
    async run(run) {
      const customer = await run.tenant();
      const { id } = await customer.endpoint();
      const { outcome } = await customer.ask('POST', `/v1/endpoints/${id}/test`, {});
      if (outcome !== 'http_204') throw new Error(outcome);
    },
  },
  {
    title: 'redacting the latest event of a subject',
    async run(run) {
      const customer = await run.tenant();
      const { id } = await customer.endpoint();
      await customer.ask('POST', `/v1/endpoints/${id}/pause`);
      const event = await customer.post({ subject: 'a person' });
      const latest = () => customer.ask('GET', '/v1/subjects/a%20person/latest');
      await run.until(() => latest().catch(() => undefined));
      await customer.ask('POST', `/v1/events/${event}/redact`);
    },
  },
  {
    title: 'the deletion of a tenant',
    async run(run) {
      const customer = await run.tenant();
      const { id } = await customer.endpoint({ polling: true });
      await customer.ask('POST', '/v1/templates', { name: 'all', settings: {} });
      await state(run, customer, await customer.post({ subject: 'a person' }), 'delivered');
      await customer.ask('POST', `/v1/endpoints/${id}/pause`);
      await run.operator('DELETE', `/v1/tenants/${customer.id}`);
      await run.until(async () => {
        const { erasure } = await run.operator('GET', `/v1/tenants/${customer.id}`);
        return erasure.done.events > 0;
      });
    },
  },
];

export const STEPS: readonly Step[] = [
  ...DELIVERY_STEPS,
  ...FEATURE_STEPS,
  ...ANALYTICS_STEPS,
  ...OPERATOR_STEPS,
  ...REMOVAL_STEPS,
];

function wakeOf(tenant: string, endpointId: string, atMs: number): WakeMessage {
  return { tenant, environment: 'live', endpointId, bucketMs: bucketOf(atMs) };
}

/** Its entry in the wake directory: see adapters/ledger/wakes.ts. */
function directoryKey({ environment, tenant, endpointId, bucketMs }: WakeMessage) {
  const shard = shardOf(endpointId, WAKE_SHARDS);
  return {
    pk: { S: `wake#${bucketMs / 1000}#${shard}` },
    sk: { S: `${environment}#${tenant}#${endpointId}` },
  };
}

async function noticed(run: Run, path: string, event: string): Promise<void> {
  await run.until(() => run.receiver.at(path).some(({ body }) => body.toString().includes(event)));
}

/** How often dispatch asked to see a message later. */
const counted = (run: Run): number => calls(run, 'Dispatch', 'sqs:ChangeMessageVisibility');

/** An endpoint of the operator for notices, made once; gives its path. */
async function listening(run: Run): Promise<string> {
  const path = '/notices';
  const { data } = await run.operator('GET', '/v1/endpoints', undefined, '_posthorn');
  if (data.length === 0) {
    await run.operator('POST', '/v1/endpoints', { url: run.receiver.url + path }, '_posthorn');
  }
  return path;
}

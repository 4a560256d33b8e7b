// Steps that remove data for good: an event's, and a tenant's.
import { randomUUID } from 'node:crypto';
import { encodeCleanupMessage } from '../../lambdas/core/erasure/message.ts';
import { calls, ref, resting, type Step, state } from './step.ts';

export const REMOVAL_STEPS: readonly Step[] = [
  {
    title: 'the redaction of an event, and of what was under way',
    async run(run) {
      const customer = await run.tenant();
      const { id } = await customer.endpoint();
      await customer.ask('POST', `/v1/endpoints/${id}/pause`);
      const eventId = await resting(run, customer, id, { subject: randomUUID() });
      await customer.ask('POST', `/v1/events/${eventId}/redact`);
      await state(run, customer, eventId, 'cancelled');
      // The second time is a minute and a half away: it is brought about now.
      const event = { tenant: customer.id, environment: 'live' as const, eventId };
      const before = calls(run, 'Wake', 'dynamodb:UpdateItem');
      await run.send('^Wakes(?!Dead)', encodeCleanupMessage({ kind: 'redaction', ...event }));
      await run.until(() => calls(run, 'Wake', 'dynamodb:UpdateItem') > before);
    },
  },
  {
    title: 'a tenant that is deleted, and the removal of its data',
    async run(run) {
      const customer = await run.tenant();
      await customer.ask('POST', '/v1/templates', { name: 'all', settings: {} });
      const { id } = await customer.endpoint({ polling: true });
      const event = await customer.post({ subject: randomUUID() });
      await state(run, customer, event, 'delivered');
      // Its entry in the feed may come after the delivery.
      await run.until(async () => (await run.fed(ref(customer.id, id, event))) > 0);
      const path = `/v1/tenants/${customer.id}`;
      await run.operator('DELETE', path);
      await run.until(async () => {
        const { erasure } = await run.operator('GET', path);
        const { keys, endpoints, templates, feeds, events } = erasure.done;
        return Math.min(keys, endpoints, templates, feeds, events) > 0;
      });
    },
  },
];

// Steps of what customers may set up beyond endpoints and events: templates, feeds, the slow lane.
import { randomUUID } from 'node:crypto';
import { endpointPartition, VERSION_SORT_KEY } from '../../lambdas/adapters/items/documents.ts';
import { slowIn } from '../../lambdas/adapters/registry/slow-marks.ts';
import { type Step, state } from './step.ts';

export const FEATURE_STEPS: readonly Step[] = [
  {
    title: 'an endpoint that is slow to answer, and its lane',
    async run(run) {
      const customer = await run.tenant();
      const { id, path } = await customer.endpoint();
      const scope = { tenant: customer.id, environment: 'live' as const };
      const marks = { pk: { S: endpointPartition(scope) }, sk: { S: VERSION_SORT_KEY } };
      run.receiver.hold();
      try {
        await customer.post();
        // After a second without an answer.
        await run.until(async () => slowIn(await run.registered(marks), Date.now()).has(id));
        await customer.post();
        await run.until(() => run.receiver.at(path).length === 2);
      } finally {
        run.receiver.letGo();
      }
    },
  },
  {
    title: 'a template and what follows it',
    async run(run) {
      const customer = await run.tenant();
      const settings = { eventTypes: ['a.*'] };
      const made = await customer.ask('POST', '/v1/templates', { name: 'all', settings });
      const { id, path } = await customer.endpoint({ template: made.id });
      await state(run, customer, await customer.post(), 'delivered');
      if (run.receiver.at(path).length !== 1) throw new Error('it did not arrive once');
      await customer.ask('GET', '/v1/templates');
      await customer.ask('PATCH', `/v1/templates/${made.id}`, { settings: { timeoutMs: 5_000 } });
      await customer.ask('GET', `/v1/templates/${made.id}`);
      await customer.ask('DELETE', `/v1/endpoints/${id}`);
      await customer.ask('DELETE', `/v1/templates/${made.id}`);
    },
  },
  {
    title: 'many endpoints at once, and one of them twice',
    async run(run) {
      const customer = await run.tenant();
      const url = `${run.receiver.url}/${randomUUID()}`;
      const { results } = await customer.ask('POST', '/v1/endpoints/bulk', {
        endpoints: [{ url }, { url }],
      });
      if (results.length !== 2) throw new Error(`${results.length} were made`);
      const once = { 'idempotency-key': randomUUID() };
      const first = await customer.ask('POST', '/v1/endpoints', { url }, once);
      const second = await customer.ask('POST', '/v1/endpoints', { url }, once);
      if (first.id !== second.id) throw new Error('the repeat has an id of its own');
    },
  },
  {
    title: 'a feed, and the latest event of a subject',
    async run(run) {
      const customer = await run.tenant();
      const { id } = await customer.endpoint({ polling: true });
      const subject = randomUUID();
      const event = await customer.post({ subject });
      await state(run, customer, event, 'delivered');
      const { next } = await customer.ask('GET', `/v1/endpoints/${id}/events`);
      await customer.ask('GET', `/v1/endpoints/${id}/events?after=${next}`);
      const latest = await customer.ask('GET', `/v1/subjects/${subject}/latest`);
      if (latest.id !== event) throw new Error(`${latest.id} is the latest`);
    },
  },
];

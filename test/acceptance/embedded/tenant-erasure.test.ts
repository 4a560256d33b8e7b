// A tenant is deleted in the running service, under the roles of the stack: it is closed within seconds, and its
// data leaves tables and listings. And an event is redacted while its delivery waits.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Runtime, startRuntime } from '../../../local/runtime.ts';
import { eventually, inParallel, staysSo } from '../../builders/eventually.ts';
import { startReceiver, type TestReceiver } from '../../builders/receiver.ts';
import { contentsOf } from '../../builders/runtime-contents.ts';
import { temporaryFolder } from '../../local/emulators.ts';
import { type Answer, call } from '../client.ts';

const MARK = 'Jane-Q-Marked';
const PERSON = 'John-P-Marked';
const EVENTS = 120;
const RETRY_SECONDS = 4;
const folder = temporaryFolder();
let runtime: Runtime;
let receiver: TestReceiver;
let tenantKey = '';

beforeAll(async () => {
  receiver = await startReceiver();
  runtime = await startRuntime({ dataDir: folder.path, receiver: false, quiet: true });
  await asOperator('PUT', '/v1/tenants/victim', { name: MARK });
  tenantKey = (await asOperator('POST', '/v1/keys', {})).body.key;
}, 60_000);
afterAll(async () => {
  await runtime?.stop();
  await receiver?.close();
  folder.remove();
});

const asOperator = (method: string, path: string, body?: unknown): Promise<Answer> =>
  call(runtime, method, path, {
    key: runtime.operatorKey,
    headers: { 'posthorn-tenant': 'victim' },
    ...(body === undefined ? {} : { body }),
  });
const asTenant = (method: string, path: string, body?: unknown): Promise<Answer> =>
  call(runtime, method, path, { key: tenantKey, ...(body === undefined ? {} : { body }) });

/** The tenant as the operator sees it. */
interface Erased {
  readonly deletedAt: string | null;
  readonly erasure: { readonly state: string; readonly done: Record<string, number> } | null;
}
const tenant = async (): Promise<Erased> =>
  (await asOperator('GET', '/v1/tenants/victim')).body as unknown as Erased;

/** In the archive and in what is counted of it, though all of these events are there. */
async function expectNothingPersonal(events: readonly string[]): Promise<void> {
  const archived = await eventually(async () => {
    const { archive } = await contentsOf(runtime);
    return events.every((id) => archive.includes(id)) && archive;
  });
  const rollup = [...runtime.functions.values()].find(({ definition: { name } }) =>
    name.includes('Rollup'),
  );
  await rollup?.invoke('{}');
  const { rollups } = await contentsOf(runtime);
  // The latest event of each outcome is named.
  expect(events.some((id) => rollups.includes(id))).toBe(true);
  for (const text of [archived, rollups]) {
    for (const mark of [MARK, PERSON, receiver.url]) expect(text.includes(mark)).toBe(false);
  }
}

it('an event is redacted while its delivery waits: it is cancelled, and never sent again', async () => {
  receiver.answer('/failing', () => 500);
  const url = `${receiver.url}/failing`;
  const retryPolicy = { immediate: false, steps: [{ count: 10, seconds: RETRY_SECONDS }] };
  await asTenant('POST', '/v1/endpoints', { url, eventTypes: ['waits'], retryPolicy });
  const event = { type: 'waits', subject: PERSON, data: { name: PERSON } };
  const { id } = (await asTenant('POST', '/v1/events', event)).body;
  const read = async () => (await asTenant('GET', `/v1/events/${id}`)).body;
  const waiting = await eventually(async () => {
    const [delivery] = (await read()).deliveries ?? [];
    return delivery?.status === 'waiting' && delivery;
  });
  expect((await asTenant('POST', `/v1/events/${id}/redact`)).status).toBe(200);
  await eventually(async () => (await read()).deliveries[0]?.status === 'cancelled');
  const sent = receiver.at('/failing').length;
  const retried = await asTenant('POST', `/v1/deliveries/${waiting.id}/retry`);
  expect([retried.status, retried.body.detail]).toEqual([
    409,
    'Its event was redacted: there is nothing left to send.',
  ]);
  await staysSo(() => receiver.at('/failing').length === sent, RETRY_SECONDS * 1_500);
  expect((await contentsOf(runtime)).tables.includes(PERSON)).toBe(false);
  await expectNothingPersonal([id]);
});

it('a deleted tenant is closed within seconds, and its data goes', async () => {
  const url = `${receiver.url}/${MARK}`;
  await asTenant('POST', '/v1/endpoints', { url, eventTypes: ['person'], description: MARK });
  const all = Array.from({ length: EVENTS }, (_, index) => index);
  const posted = await inParallel(all, 8, async (index) => {
    const event = { type: 'person', subject: MARK, data: { name: MARK, index } };
    return (await asTenant('POST', '/v1/events', event)).body.id;
  });
  await receiver.untilAt(`/${MARK}`, EVENTS);
  expect((await contentsOf(runtime)).tables.includes(MARK)).toBe(true);
  await expectNothingPersonal(posted);

  const deleted = await asOperator('DELETE', '/v1/tenants/victim');
  expect(deleted.status).toBe(202);
  await eventually(async () => (await asTenant('GET', '/v1/endpoints')).status === 401, 10_000);
  await eventually(async () => (await asOperator('GET', '/v1/endpoints')).status === 404, 10_000);
  const late = { type: 'person', data: {} };
  await eventually(
    async () => (await asOperator('POST', '/v1/events', late)).status === 404,
    10_000,
  );

  // The first round; the second one comes eleven minutes later.
  const done = await eventually(async () => {
    const { erasure } = await tenant();
    return (erasure?.done.events ?? 0) >= EVENTS && erasure?.done;
  });
  expect(done).toMatchObject({ keys: 1, endpoints: 2 });
  await eventually(async () => {
    const { tables } = await contentsOf(runtime);
    // The tenant's name is the last to go, in the second round.
    return tables.split(MARK).length - 1 <= 1;
  });
  expect((await asOperator('PUT', '/v1/tenants/victim', { name: 'New' })).status).toBe(409);
}, 120_000);

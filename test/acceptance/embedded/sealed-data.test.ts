// Event data sealed at rest: delivered and shown as before, nowhere in the tables or queues in the clear, and
// the setting may be switched on and off over the same data.
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Runtime, startRuntime } from '../../../local/runtime.ts';
import { assemblyWith } from '../../builders/assembly.ts';
import { eventually } from '../../builders/eventually.ts';
import { startReceiver, type TestReceiver } from '../../builders/receiver.ts';
import { contentsOf } from '../../builders/runtime-contents.ts';
import { temporaryFolder } from '../../local/emulators.ts';
import { call } from '../client.ts';

const MARK = 'Jane-Q-Marked';
const DATA = `{"name": "${MARK}",  "n": 1.00}`;
const folder = temporaryFolder();
const sealed = temporaryFolder();
let assemblyDir = '';
let runtime: Runtime;
let receiver: TestReceiver;

const start = async (isSealed: boolean): Promise<void> => {
  await runtime?.stop();
  const options = { dataDir: folder.path, receiver: false, quiet: true };
  runtime = await startRuntime(isSealed ? { ...options, assemblyDir } : options);
};
const ask = (method: string, path: string, body?: unknown) =>
  call(runtime, method, path, {
    key: runtime.operatorKey,
    headers: { 'posthorn-tenant': 'acme' },
    ...(body === undefined ? {} : { body }),
  });

beforeAll(async () => {
  assemblyDir = assemblyWith({ sealEventData: true }, sealed.path);
  receiver = await startReceiver();
  await start(true);
  await ask('PUT', '/v1/tenants/acme', { name: 'Acme' });
  await ask('POST', '/v1/endpoints', { url: `${receiver.url}/in`, contract: 'kyc-hmac' });
}, 120_000);
afterAll(async () => {
  await runtime?.stop();
  await receiver?.close();
  folder.remove();
  sealed.remove();
});

/** Posts an event and waits until its nth request has come and is on record. */
async function post(count: number): Promise<string> {
  const body = `{"type":"person.created","subject":"${MARK}","data":${DATA}}`;
  const { status, body: answer } = await ask('POST', '/v1/events', body);
  expect(status).toBe(202);
  await receiver.untilAt('/in', count);
  await eventually(async () => (await read(answer.id)).deliveries?.[0]?.status === 'delivered');
  return answer.id;
}
// biome-ignore lint/suspicious/noExplicitAny: answers are looked into member by member
const read = async (id: string): Promise<any> => (await ask('GET', `/v1/events/${id}`)).body;
const lastBody = () => receiver.at('/in').at(-1)?.body.toString() ?? '';

let first = '';
let second = '';
it('is delivered and shown as before, and stands nowhere in the clear', async () => {
  first = await post(1);
  expect(lastBody()).toContain(DATA);
  expect(await read(first)).toMatchObject({ subject: MARK, data: { name: MARK } });
  const listed = await ask('GET', `/v1/events?subject=${MARK}`);
  expect(listed.body.data).toHaveLength(1);
  expect((await read(first)).deliveries[0].lastResponse).toMatchObject({ status: 204 });
  const { tables, queues } = await contentsOf(runtime);
  for (const spelling of [MARK, Buffer.from(DATA).toString('base64').slice(0, 24)]) {
    expect(tables.includes(spelling)).toBe(false);
    expect(queues.includes(spelling)).toBe(false);
  }
  expect(tables.includes('sres')).toBe(true);
}, 60_000);

it('is readable, and may be sent again, once the setting is off', async () => {
  await start(false);
  expect(await read(first)).toMatchObject({ subject: MARK, data: { name: MARK } });
  const { id } = (await read(first)).deliveries[0];
  expect((await ask('POST', `/v1/deliveries/${id}/retry`)).status).toBe(202);
  await receiver.untilAt('/in', 2);
  expect(lastBody()).toContain(DATA);
  second = await post(3);
  expect((await contentsOf(runtime)).tables.includes(MARK)).toBe(true);
}, 60_000);

it('goes together with what was stored in the clear, once it is on again', async () => {
  await start(true);
  for (const id of [first, second]) {
    expect(await read(id)).toMatchObject({ subject: MARK, data: { name: MARK } });
  }
  const { id } = (await read(second)).deliveries[0];
  expect((await ask('POST', `/v1/deliveries/${id}/retry`)).status).toBe(202);
  await receiver.untilAt('/in', 4);
  const third = await post(5);
  expect(lastBody()).toContain(DATA);
  for (const event of [first, second, third]) {
    const { status, body } = await ask('POST', `/v1/events/${event}/redact`);
    expect([status, body.data]).toEqual([200, null]);
  }
  expect((await contentsOf(runtime)).tables.includes(MARK)).toBe(false);
}, 60_000);

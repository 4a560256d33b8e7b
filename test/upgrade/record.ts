// Records what the code beside it writes: a service at work, stopped in the middle, with an item of every
// kind in its tables, a message of every kind in its queues, and a schedule. Run in the working tree of the
// version that is to be kept (copy it there if it is older than this file):
//   node test/upgrade/record.ts recorded.json
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { type AttributeValue, DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { type Runtime, startRuntime } from '../../local/runtime.ts';

const OPERATOR_KEY = 'operator-of-recorded-upgrades-0123456789';
const LONG_TEXT = 'A text that is longer than what is stored plain. '.repeat(30);
const dataDir = mkdtempSync(join(tmpdir(), 'posthorn-record-'));

const arrived: string[] = [];
/** What was sent, byte for byte, the first of each path: a later version signs the same. */
const requests: Record<string, { headers: readonly string[]; body: string }> = {};
const statuses = new Map<string, number>();
const receiver = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const path = request.url ?? '';
    arrived.push(path);
    const body = Buffer.concat(chunks).toString('base64');
    requests[path.slice(1)] ??= { headers: request.rawHeaders, body };
    response.writeHead(statuses.get(request.url ?? '') ?? 204).end();
  });
});
await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
const receiverUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;

const runtime: Runtime = await startRuntime({
  dataDir,
  operatorKey: OPERATOR_KEY,
  receiver: false,
  quiet: true,
});
/** It takes nothing any more: its messages stay where they are. */
async function stopFunction(name: string): Promise<void> {
  for (const [id, host] of runtime.functions) if (id.includes(name)) await host.stop();
}

// biome-ignore lint/suspicious/noExplicitAny: answers are kept as they are
type Answer = any;
async function ask(
  key: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await fetch(runtime.url + path, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === '' ? {} : JSON.parse(text);
}
async function until(look: () => boolean | Promise<boolean>): Promise<void> {
  for (let round = 0; !(await look()); round++) {
    if (round > 600) throw new Error(`never so: ${look}`);
    await delay(50);
  }
}

await ask(OPERATOR_KEY, 'PUT', '/v1/tenants/acme', { name: 'Acme' });
const asAcme = { 'posthorn-tenant': 'acme' };
const makeKey = (body: object) => ask(OPERATOR_KEY, 'POST', '/v1/keys', body, asAcme);
const keys = {
  manager: await makeKey({ name: 'backend' }),
  producer: await makeKey({ name: 'producer', preset: 'producer' }),
  revoked: await makeKey({ name: 'revoked' }),
};
await ask(OPERATOR_KEY, 'DELETE', `/v1/keys/${keys.revoked.id}`, undefined, asAcme);
const tenant = (method: string, path: string, body?: unknown, headers = {}) =>
  ask(keys.manager.key, method, path, body, headers);

const endpoints: Record<string, Answer> = {};
async function endpoint(name: string, settings: object = {}): Promise<void> {
  const wanted = { url: `${receiverUrl}/${name}`, eventTypes: [`type.${name}`], ...settings };
  const { id } = await tenant('POST', '/v1/endpoints', wanted);
  const { secret } = await tenant('GET', `/v1/endpoints/${id}/secret`);
  endpoints[name] = { id, secret };
}
const steps = (seconds: number) => ({
  retryPolicy: { immediate: false, steps: [{ count: 9, seconds }] },
});
for (const contract of ['standard-webhooks', 'bynn', 'kyc-hmac', 'bronid', 'idnow']) {
  await endpoint(contract, { contract });
}
await endpoint('extras', {
  authentication: [{ type: 'bearer', token: 'the-token-of-the-receiver-itself' }],
  signatures: [{ scheme: 'http-message' }],
  channels: ['eu'],
  headers: { 'X-Region': 'eu' },
});
await endpoint('v1a', { signatures: [{ scheme: 'v1a' }] });
await endpoint('rsa', {
  signatures: [{ scheme: 'http-message', algorithm: 'rsa-v1_5-sha256' }],
  ownSignature: false,
});
const contractOptions = { issuer: 'issuer.example', kid: true, jwtReference: 'include' };
await endpoint('issuer', { contract: 'bynn', contractOptions });
await endpoint('soon', steps(60));
await endpoint('later', steps(3_600));
await endpoint('dead', { retryPolicy: 'none' });
await endpoint('manual', { retryPolicy: 'none' });
await endpoint('rests', steps(5));
await endpoint('recovers', steps(2));
await endpoint('gone', steps(3_600));
await endpoint('limited', { maxPerSecond: 5 });
await endpoint('replayed');
await endpoint('queued');
await endpoint('deleted');
const failing = ['soon', 'later', 'dead', 'manual', 'rests', 'recovers'];
for (const name of failing) statuses.set(`/${name}`, 500);
statuses.set('/gone', 410);

const events: Record<string, string> = {};
async function post(name: string, body: object = {}, headers = {}): Promise<void> {
  const type = `type.${name.split(':')[0]}`;
  const resource = { id: 'r-1', ...(name === 'bynn' ? { reference: 'r' } : {}) };
  const posted = { type, data: { name, resource }, ...body };
  events[name] = (await tenant('POST', '/v1/events', posted, headers)).id;
}
const statusOf = async (name: string): Promise<string> =>
  (await tenant('GET', `/v1/events/${events[name]}`)).deliveries?.[0]?.status;
const becomes = (name: string, ...wanted: string[]) =>
  until(async () => wanted.includes(await statusOf(name).catch(() => '')));

for (const name of Object.keys(endpoints)) {
  if (name === 'extras') {
    await post(name, {
      channels: ['eu'],
      subject: 'dossier-1',
      occurredAt: '2026-01-02T03:04:05Z',
      data: { text: LONG_TEXT },
    });
  } else if (name === 'issuer') {
    await post(name, {
      data: { resource: { id: 'r-1', reference: 'r' }, organization: { id: 'another' } },
    });
  } else await post(name, {}, name === 'kyc-hmac' ? { 'idempotency-key': 'recorded-key' } : {});
}
for (const name of ['soon', 'later', 'rests', 'gone']) await becomes(name, 'waiting', 'held');
for (const name of ['dead', 'manual']) await becomes(name, 'dead');
statuses.delete('/recovers');
for (const name of ['bynn', 'extras', 'v1a', 'rsa', 'issuer', 'limited', 'recovers', 'deleted']) {
  await becomes(name, 'delivered');
}
await tenant('POST', `/v1/endpoints/${endpoints.rests.id}/pause`);
await post('rests:cancelled');
await becomes('rests:cancelled', 'held');
await tenant('POST', `/v1/endpoints/${endpoints.rests.id}/purge`);
await post('rests:held');
await becomes('rests:held', 'held');
await tenant('DELETE', `/v1/endpoints/${endpoints.deleted.id}`);
const since = new Date(Date.now() - 3_600_000).toISOString();
const replay = (name: string) =>
  tenant('POST', '/v1/replays', { endpoint: endpoints[name].id, since, status: 'any' });
const replays: Record<string, Answer> = { done: await replay('standard-webhooks') };
await until(async () => (await tenant('GET', `/v1/replays/${replays.done.id}`)).state === 'done');

// A message of each kind that nobody takes.
await stopFunction('Wake');
await tenant('POST', `/v1/endpoints/${endpoints.rests.id}/resume`);
replays.running = await replay('replayed');
await stopFunction('Dispatch');
await post('queued:delivery');
await until(async () => (await statusOf('queued:delivery').catch(() => '')) === 'pending');
const [dead] = (await tenant('GET', `/v1/events/${events.manual}`)).deliveries;
await tenant('POST', `/v1/deliveries/${dead.id}/retry`);
await stopFunction('FanOut');
await post('queued:event');
await post('queued:deflated', { data: { text: LONG_TEXT } });
await post('queued:repeat', {}, { 'idempotency-key': 'recorded-repeat' });
await post('queued:repeat', {}, { 'idempotency-key': 'recorded-repeat' });

const answers: Record<string, Answer> = {};
for (const name of ['standard-webhooks', 'extras', 'dead', 'rests:cancelled', 'limited']) {
  answers[name] = await tenant('GET', `/v1/events/${events[name]}`);
}
const signingKeys = (await ask(OPERATOR_KEY, 'GET', '/v1/signing-keys')).data;

const env: Record<string, string> = {};
for (const host of runtime.functions.values()) Object.assign(env, host.definition.env);
const client = new DynamoDBClient({
  endpoint: runtime.aws.dynamoDbUrl,
  region: 'us-east-1',
  credentials: runtime.aws.credentials,
});
const scan = async (TableName: string | undefined) => {
  const items: Record<string, AttributeValue>[] = [];
  for await (const { Items } of paginateScan({ client }, { TableName })) {
    items.push(...(Items ?? []));
  }
  return items.map((item) =>
    Object.fromEntries(
      Object.entries(item).map(([name, value]) => [
        name,
        value.B ? { B: Buffer.from(value.B).toString('base64') } : value,
      ]),
    ),
  );
};
const tables = { registry: await scan(env.REGISTRY_TABLE), ledger: await scan(env.LEDGER_TABLE) };
await runtime.stop();

const queueOf = (name: string): string =>
  ['EVENTS', 'DELIVERIES', 'RETRIES', 'WAKES'].find((one) =>
    (env[`${one}_QUEUE_URL`] ?? '').endsWith(`/${name}`),
  ) ?? name;
const sqs = new DatabaseSync(join(dataDir, 'queues', 'fauxqs.db'), { readOnly: true });
const messages = sqs
  .prepare('SELECT queue_name, body FROM sqs_messages ORDER BY sent_timestamp')
  .all()
  .map(({ queue_name, body }) => ({ queue: queueOf(String(queue_name)), body: String(body) }));
const scheduled = new DatabaseSync(join(dataDir, 'schedules.db'), { readOnly: true });
const schedules = scheduled
  .prepare('SELECT name, definition FROM schedules')
  .all()
  .map(({ name, definition }) => ({ name, definition: JSON.parse(String(definition)) }));
const secrets = runtime.folder.readSecretJson('secrets.json');

const recorded = {
  recordedAt: new Date().toISOString(),
  operatorKey: OPERATOR_KEY,
  secrets,
  keys,
  endpoints,
  events,
  replays,
  answers,
  signingKeys,
  requests,
  tables,
  messages,
  schedules,
};
const json = JSON.stringify(recorded, null, 1).replaceAll(receiverUrl, '{{receiver}}');
writeFileSync(process.argv[2] ?? 'recorded.json', `${json}\n`);
receiver.closeAllConnections();
receiver.close();
rmSync(dataDir, { recursive: true, force: true });
console.log(`${tables.registry.length} and ${tables.ledger.length} items`);
console.log(`${messages.length} messages, ${schedules.length} schedules`);
process.exit(0);

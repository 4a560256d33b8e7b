// One run with a marked secret in every place that takes one, through every route that may meet it, through
// deliveries, failures, retries, replays and tests. Then logs, answers, tables and queues are searched for each
// secret in every spelling.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Runtime, startRuntime } from '../../../local/runtime.ts';
import { hasOpenssl, makeCertificates } from '../../adapters/sender/http/certificates.ts';
import { eventually } from '../../builders/eventually.ts';
import { findLeaks } from '../../builders/leaks.ts';
import { startReceiver, type TestReceiver } from '../../builders/receiver.ts';
import { contentsOf } from '../../builders/runtime-contents.ts';
import { secretsOfStack, temporaryFolder } from '../../local/emulators.ts';

const CONTRACTS = ['standard-webhooks', 'bynn', 'kyc-hmac', 'bronid', 'idnow'];
/** Of these the URL is the secret. */
const CHATS = ['slack', 'teams', 'discord'];
const marked = (what: string): string => `${what}-${randomBytes(18).toString('base64url')}`;

const folder = temporaryFolder();
const operatorKey = marked('operator');
/** What must show nowhere but in the answers that are there to show it. */
const secrets = new Set<string>([operatorKey]);
/** Answers about the endpoint show it; nothing else does. */
const shownToken = marked('wh_token');
/** What may be stored and shown, and belongs in no log all the same. */
const personal = new Set<string>();
const answers: string[] = [];
let runtime: Runtime;
let receiver: TestReceiver;
let tenantKey = '';
let log = '';
let stored: { tables: string; queues: string };

function secret(what: string): string {
  const made = marked(what);
  secrets.add(made);
  return made;
}
/** As a contract takes it. */
function signingSecret(what: string, contract: string): string {
  const made = secret(what);
  if (contract !== 'standard-webhooks') return made;
  const spelled = `whsec_${Buffer.from(made).toString('base64')}`;
  secrets.add(spelled);
  return spelled;
}
function person(what: string): string {
  const made = marked(what);
  personal.add(made);
  return made;
}

interface Asking {
  readonly key?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Its answer is there to show a secret. */
  readonly shows?: boolean;
}

async function ask(
  method: string,
  path: string,
  body?: unknown,
  asking: Asking = {},
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into member by member
): Promise<any> {
  const { key = tenantKey, headers = {}, shows = false } = asking;
  const response = await fetch(runtime.url + path, {
    method,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!shows) answers.push(`${method} ${path} ${[...response.headers].join(' ')} ${text}`);
  return text === '' ? {} : JSON.parse(text);
}
const asOperator = (method: string, path: string, body?: unknown, shows = false) =>
  ask(method, path, body, { key: operatorKey, headers: { 'posthorn-tenant': 'acme' }, shows });

beforeAll(async () => {
  receiver = await startReceiver();
  runtime = await startRuntime({
    dataDir: folder.path,
    operatorKey,
    receiver: false,
    quiet: true,
    logFile: join(folder.path, 'functions.log'),
  });
  await asOperator('PUT', '/v1/tenants/acme', { name: 'Acme' });
  tenantKey = (await asOperator('POST', '/v1/keys', { name: 'main' }, true)).key;
  secrets.add(tenantKey);
  await run();
  await runtime.stop();
  runtime = await startRuntime({ dataDir: folder.path, receiver: false, quiet: true });
  stored = await contentsOf(runtime);
  for (const one of secretsOfStack(folder.path)) secrets.add(one);
  log = readFileSync(join(folder.path, 'functions.log'), 'utf8');
}, 240_000);
afterAll(async () => {
  await runtime?.stop();
  await receiver?.close();
  folder.remove();
});

async function run(): Promise<void> {
  const endpoints = await makeEndpoints();
  await failRequests(endpoints[0] ?? '');
  await deliver(endpoints);
  await useKeys();
  await ask('GET', '/v1/endpoints');
  await ask('GET', '/v1/deliveries?limit=100');
  await ask('GET', '/v1/events');
  await asOperator('GET', '/v1/tenants');
  await asOperator('GET', '/v1/keys');
}

/** Endpoints of every contract with all that may be secret in them, created, read, changed, rotated, tested. */
async function makeEndpoints(): Promise<string[]> {
  const certificates = hasOpenssl ? makeCertificates() : undefined;
  const ids: string[] = [];
  for (const contract of CONTRACTS) {
    const { id } = await ask('POST', '/v1/endpoints', {
      url: `${receiver.url}/${contract}?token=${person('url')}`,
      contract,
      eventTypes: ['person.*'],
      secret: signingSecret('secret', contract),
      // Shown to whoever may read the endpoint, and to nobody else.
      token: shownToken,
      autoPause: false,
      retryPolicy: { steps: [{ count: 2, seconds: 1 }] },
      authentication:
        contract === 'idnow'
          ? [{ type: 'header', name: 'X-Api-Key', value: secret('header') }]
          : [
              { type: 'basic', username: 'posthorn', password: secret('password') },
              { type: 'header', name: 'X-Api-Key', value: secret('header') },
            ],
    });
    expect(id).toMatch(/^ep_/);
    ids.push(id);
  }
  for (const contract of CHATS) {
    const { id } = await ask('POST', '/v1/endpoints', {
      url: `${receiver.url}/${contract}/${secret('webhook')}`,
      contract,
      eventTypes: ['person.*'],
      autoPause: false,
    });
    expect(id).toMatch(/^ep_/);
    const changed = `${receiver.url}/${contract}/${secret('other-webhook')}`;
    await ask('PATCH', `/v1/endpoints/${id}`, { url: changed });
    await ask('POST', '/v1/endpoints', { url: `https://acme.io/${secret('refused')}`, contract });
    ids.push(id);
  }
  const { authority, client } = certificates ?? {};
  if (authority && client) {
    // Line by line: the key's own bytes, without the text that all keys begin with.
    for (const line of client.key.split('\n')) if (line.length > 40) secrets.add(line);
    const tls = { ca: authority.cert, clientCertificate: client.cert, clientKey: client.key };
    const url = receiver.url.replace('http', 'https');
    const { id } = await ask('POST', '/v1/endpoints', { url, eventTypes: ['person.*'], tls });
    ids.push(id);
    await ask('PATCH', `/v1/endpoints/${id}`, { tls: { ...tls, minVersion: 'TLSv1.3' } });
  }
  const bearer = [{ type: 'bearer', token: secret('bearer') }];
  for (const id of ids) {
    const path = `/v1/endpoints/${id}`;
    const { contract } = await ask('GET', path);
    await ask('PATCH', path, { description: 'changed', authentication: bearer, headers: {} });
    const shown = await ask('GET', `${path}/secret`, undefined, { shows: true });
    secrets.add(shown.secret);
    const given = { overlapSeconds: 60, secret: signingSecret('rotated', contract) };
    await ask('POST', `${path}/rotate-secret`, given, { shows: true });
    const rotated = await ask('POST', `${path}/rotate-secret`, {}, { shows: true });
    if (!CHATS.includes(contract)) secrets.add(rotated.secret);
    await ask('POST', `${path}/test`, {});
  }
  return ids;
}

/** What is wrong must be told without telling what was sent. */
async function failRequests(id: string): Promise<void> {
  await ask('GET', '/v1/endpoints', undefined, { key: secret('ph_live_unknown') });
  await ask('GET', '/v1/endpoints', undefined, { key: `${operatorKey}x` });
  await ask('POST', '/v1/endpoints', { url: receiver.url, secret: `é ${secret('bad')}` });
  await ask(
    'POST',
    '/v1/endpoints',
    { url: receiver.url, [secret('unknown-value')]: 1 },
    { shows: true },
  );
  await ask('POST', '/v1/endpoints', `{"secret":"${secret('broken')}`);
  await ask('POST', '/v1/endpoints', { secret: [secret('list')], authentication: secret('text') });
  await ask('PATCH', `/v1/endpoints/${id}`, { secret: secret('patched') });
  await ask('PATCH', `/v1/endpoints/${id}`, {
    authentication: [{ type: 'bearer', token: `é${secret('unsendable')}` }],
    tls: { clientKey: secret('no-pem'), clientCertificate: secret('no-certificate') },
  });
  await ask('POST', `/v1/endpoints/${id}/rotate-secret`, { secret: `é ${secret('bad-rotation')}` });
  await asOperator('POST', '/v1/signing-keys', { privateKey: secret('no-key') });
  await ask('POST', '/v1/events', { type: 'person.created', data: person('no-object') });
}

/** Delivered, failed and retried until dead, retried by hand, replayed, redacted. */
async function deliver(endpoints: readonly string[]): Promise<void> {
  receiver.answer('/dead', () => 500);
  const dead = await ask('POST', '/v1/endpoints', {
    url: `${receiver.url}/dead`,
    eventTypes: ['person.*'],
    secret: signingSecret('dead', 'standard-webhooks'),
    autoPause: false,
    retryPolicy: { steps: [{ count: 1, seconds: 1 }] },
  });
  const gone = await ask('POST', '/v1/endpoints', {
    url: `http://127.0.0.1:1/${person('refused')}`,
    eventTypes: ['person.*'],
    secret: signingSecret('gone', 'standard-webhooks'),
    retryPolicy: 'none',
  });
  const person1 = { name: person('name'), resource: { id: person('resource') } };
  const event = { type: 'person.created', subject: person('subject'), data: person1 };
  const headers = { 'idempotency-key': marked('idempotency') };
  const { id } = await ask('POST', '/v1/events', event, { headers });
  await ask('POST', '/v1/events/batch', { events: [event, { type: 'no good', data: 1 }] });
  const deliveries = () =>
    eventually(async () => {
      const { deliveries: all = [] } = await ask('GET', `/v1/events/${id}`);
      const isOver = ({ status }: { status: string }) => /delivered|dead|cancelled/.test(status);
      // The one with the client certificate goes on trying.
      return (
        all.length > endpoints.length &&
        all.filter(isOver).length >= CONTRACTS.length + CHATS.length + 2 &&
        all
      );
    }, 60_000);
  for (const one of (await deliveries()) as { id: string; status: string }[]) {
    await ask('GET', `/v1/deliveries/${one.id}`);
    if (one.status === 'dead') await ask('POST', `/v1/deliveries/${one.id}/retry`);
  }
  for (const endpoint of [dead.id, gone.id]) {
    await ask('POST', '/v1/replays', { endpoint, since: '2020-01-01T00:00:00Z', status: 'any' });
    await ask('POST', `/v1/endpoints/${endpoint}/pause`);
    await ask('POST', `/v1/endpoints/${endpoint}/resume`);
    await ask('POST', `/v1/endpoints/${endpoint}/purge`);
  }
  await deliveries();
  await ask('POST', `/v1/events/${id}/redact`);
  await ask('DELETE', `/v1/endpoints/${gone.id}`);
}

/** The stack's own keys. */
async function useKeys(): Promise<void> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  secrets.add(pem.split('\n')[1] ?? '');
  const brought = await asOperator('POST', '/v1/signing-keys', { privateKey: pem });
  await asOperator('POST', `/v1/signing-keys/${brought.id}/rotate`, {});
  await asOperator('GET', '/v1/signing-keys');
  await asOperator('GET', '/v1/sealing-keys');
  await asOperator('POST', '/v1/sealing-keys/reseal');
  await ask('GET', '/.well-known/jwks.json');
  const other = await ask('POST', '/v1/keys', { name: 'other' }, { shows: true });
  secrets.add(other.key);
  await ask('DELETE', `/v1/keys/${other.id}`);
}

/** As short texts: a failure must not print all that was searched. */
const leaksIn = (text: string, wanted: Iterable<string> = secrets): string[] =>
  findLeaks(text, wanted).map(({ spelling, around }) => `${spelling} in ...${around}`);

describe('after a run with marked secrets everywhere', () => {
  it('the run was one: deliveries, failures, retries and tests are on record', () => {
    expect(secrets.size).toBeGreaterThan(40);
    expect(answers.length).toBeGreaterThan(80);
    for (const outcome of ['http_204', 'http_500', 'connection_refused', '"cause":"manual"']) {
      expect(log.includes(outcome) || answers.some((one) => one.includes(outcome))).toBe(true);
    }
    expect(stored.tables.length).toBeGreaterThan(10_000);
    expect(stored.tables).toContain('v1.');
  });

  it('no log line holds one', () => {
    expect(log.split('\n').length).toBeGreaterThan(20);
    expect(leaksIn(log, [...secrets, shownToken])).toEqual([]);
  });

  it('no log line holds event data, a subject or more of a URL than its host', () => {
    expect(leaksIn(log, personal)).toEqual([]);
  });

  it('no answer holds one but those that are there to show it', () => {
    expect(leaksIn(answers.join('\n'))).toEqual([]);
  });

  it('no table holds one in the clear', () => {
    expect(leaksIn(stored.tables, [...secrets, shownToken])).toEqual([]);
  });

  it('no queue holds one', () => {
    expect(stored.queues.length).toBeGreaterThan(1_000);
    expect(leaksIn(stored.queues)).toEqual([]);
  });
});

// What others on the machine of `npm start`, who cannot read its data folder, get from its ports: nothing, at any of them.
// A port that is opened without a line here fails.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { type Runtime, startRuntime } from '../../local/runtime.ts';
import { OPERATIONS } from '../../scripts/openapi/operations.ts';
import { eventually, secretsOfStack, temporaryFolder } from '../local/emulators.ts';
import { type LocalRequest, requestsOf, WAYS, type Way } from './attacks/local-callers.ts';

const MARK = 'what-nobody-else-may-read';
const folder = temporaryFolder();
let runtime: Runtime;
let opened: readonly number[];
let eventPath: string;

beforeAll(async () => {
  const before = new Set(listeningPorts());
  runtime = await startRuntime({ dataDir: folder.path, quiet: true });
  opened = listeningPorts().filter((port) => !before.has(port));
  await asOperator('PUT', '/v1/tenants/acme', { name: MARK });
  const posted = await asOperator('POST', '/v1/events', { type: 'a', data: { mark: MARK } });
  eventPath = `/v1/events/${JSON.parse(posted.body).id}`;
  await eventually(async () => (await asOperator('GET', eventPath)).status === 200);
}, 120_000);
afterAll(async () => {
  await runtime?.stop();
  folder.remove();
});

/** Of this process, as Linux tells; elsewhere none. */
function listeningPorts(): number[] {
  try {
    const inodes = new Set(
      readdirSync('/proc/self/fd').map((fd) => {
        try {
          return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1];
        } catch {
          return undefined; // closed meanwhile
        }
      }),
    );
    const lines = ['tcp', 'tcp6'].flatMap((name) =>
      readFileSync(`/proc/self/net/${name}`, 'utf8').trim().split('\n').slice(1),
    );
    return lines
      .map((line) => line.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === '0A' && inodes.has(inode))
      .map(([, local = '']) => Number.parseInt(local.split(':')[1] ?? '', 16));
  } catch {
    return [];
  }
}

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** With any `Host`, which fetch does not allow. */
function ask(base: string, { method, url, headers, body }: LocalRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(new URL(url, base), { method, headers }, async (answer) => {
      const { statusCode = 0, headers: given } = answer;
      resolve({ status: statusCode, headers: given, body: await text(answer) });
    });
    sent.on('error', reject).end(body);
  });
}

const json = (
  method: string,
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
) => ({
  method,
  url,
  headers: { 'content-type': 'application/json', ...headers },
  body: body === undefined ? '' : JSON.stringify(body),
});
const asOperator = (method: string, url: string, body?: unknown) =>
  ask(
    runtime.url,
    json(method, url, body, {
      authorization: `Bearer ${runtime.operatorKey}`,
      'posthorn-tenant': 'acme',
    }),
  );

/** What is worth protecting: in no answer. */
function expectNothingIn({ body, headers }: Answer, about: string): void {
  const told = body + JSON.stringify(headers);
  const secrets = [MARK, runtime.operatorKey, ...secretsOfStack(folder.path)];
  expect(secrets.length, about).toBeGreaterThan(2);
  expect(
    secrets.filter((secret) => told.includes(secret)),
    about,
  ).toEqual([]);
}

test('every port that is opened has its attacks', () => {
  const { url, receiverUrl, aws } = runtime;
  const urls = Object.entries(aws).filter(([name]) => name.endsWith('Url'));
  expect(urls.map(([name]) => name).toSorted()).toEqual(
    Object.keys(requestsOf(runtime)).toSorted(),
  );
  const known = [url, receiverUrl, ...urls.map(([, address]) => String(address))];
  const ports = known.map((address) => Number(new URL(address).port));
  if (process.platform === 'linux') expect(opened.toSorted()).toEqual(ports.toSorted());
});

describe.each(['sqsUrl', 'dynamoDbUrl', 'controlUrl', 's3Url'] as const)(
  'the emulator at %s',
  (name) => {
    it.each(Object.entries(WAYS))('gives nothing to one who asks %s', async (_, way: Way) => {
      const base = runtime.aws[name];
      const { host } = new URL(base);
      const before = runtime.meter.snapshot().host;
      for (const request of requestsOf(runtime)[name]) {
        const sent = await way(request, runtime.aws.credentials, host);
        const answer = await ask(base, sent);
        const about = `${request.method} ${request.url} ${request.headers['x-amz-target']}`;
        expect([about, answer.status >= 400]).toEqual([about, true]);
        expectNothingIn(answer, about);
      }
      // What was not refused would have been counted.
      expect(runtime.meter.snapshot().host).toEqual(before);
    });
  },
);

describe('the API', () => {
  const closed = OPERATIONS.filter(({ access }) => access !== 'open').map((operation) => ({
    ...operation,
    url: operation.path.replaceAll(/\{\w+\}/g, 'x'),
  }));
  const asked = (way: Record<string, string>, query = '') =>
    closed.map(({ method, url, bodyExample }) =>
      json(method.toUpperCase(), url + query, method === 'get' ? undefined : bodyExample, way),
    );

  it.each<[string, () => LocalRequest[]]>([
    ['without a key', () => asked({})],
    ['with a key of its own', () => asked({ authorization: `Bearer ph_live_${'x'.repeat(43)}` })],
    [
      'with all but the last of a key',
      () => asked({ authorization: `Bearer ${runtime.operatorKey.slice(0, -1)}` }),
    ],
    ['with a password', () => asked({ authorization: 'Basic b3BlcmF0b3I6b3BlcmF0b3I=' })],
    ['with a cookie', () => asked({ cookie: `key=${runtime.operatorKey}` })],
    ['with a key in the query', () => asked({}, `?key=${runtime.operatorKey}`)],
  ])('gives nothing to one who asks %s', async (_, requests) => {
    for (const request of requests()) {
      const answer = await ask(runtime.url, request);
      expect([request.url, [401, 429].includes(answer.status)]).toEqual([request.url, true]);
      expectNothingIn(answer, request.url);
    }
  });

  it('serves no other Host, with the operator’s key neither', async () => {
    for (const { method, path } of OPERATIONS) {
      const headers = {
        host: 'evil.example',
        authorization: `Bearer ${runtime.operatorKey}`,
        'posthorn-tenant': 'acme',
      };
      const request = { method: method.toUpperCase(), url: path, headers, body: '' };
      const answer = await ask(runtime.url, request);
      expect([path, answer.status]).toEqual([path, 421]);
      expectNothingIn(answer, path);
    }
  });
});

describe('the receiver', () => {
  it.each<[number, string, Record<string, string>]>([
    [405, 'GET', {}],
    [421, 'GET', { host: 'evil.example' }],
    [421, 'POST', { host: 'evil.example' }],
    [200, 'POST', { origin: 'http://evil.example', 'content-type': 'text/plain' }],
  ])('answers %i and nothing else to %s with %j', async (status, method, headers) => {
    const request = { method, url: '/hook', headers, body: method === 'POST' ? '{}' : '' };
    const answer = await ask(runtime.receiverUrl, request);
    expect(answer.status).toBe(status);
    expectNothingIn(answer, method);
    if (status === 200) expect(answer.body).toBe('{"received":true}');
  });
});

test('after all of this, everything is as it was', async () => {
  const { status, body } = await asOperator('GET', eventPath);
  expect([status, JSON.parse(body).data]).toEqual([200, { mark: MARK }]);
  expect(JSON.parse((await asOperator('GET', '/v1/tenants/acme')).body).name).toBe(MARK);
});

// What a service that means harm can do to the client: nothing but fail its call. A new method of the client is tried
// without a line here.
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { ApiError, ConnectionError, Posthorn, verify } from '../../client/src/index.ts';
import { ANSWER_ATTACKS, type Attack, LARGE_ANSWERS, UNSEEN } from './attacks/answers.ts';
import { type HostileService, startHostileService } from './hostile-service.ts';

let service: HostileService;
let posthorn: Posthorn;
beforeAll(async () => {
  service = await startHostileService();
  const { url } = service;
  posthorn = new Posthorn({ url, key: 'ph_live_key', tenant: 'acme', retries: { maxRetries: 0 } });
});
afterAll(() => service.close());

/** Where an id is not what comes first. */
const ARGUMENTS: Readonly<Record<string, readonly unknown[]>> = {
  'events.sendBatch': [[{ type: 'a', data: {} }]],
  'deadLetters.list': ['events', 1],
  'deadLetters.redrive': ['events', 1],
};

type Call = () => Promise<unknown>;

/** Every method of every resource. A listing is read, and of what goes on for ever its first part. */
function callsOf(client: Posthorn): [name: string, call: Call][] {
  const calls = Object.entries(client).flatMap(([name, resource]: [string, object]) => {
    const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(resource));
    return name === 'api' ? [] : methods.map((method) => [name, resource, method] as const);
  });
  const ofResources = calls
    .filter(([, , method]) => method !== 'constructor')
    .map(([name, resource, method]): [string, Call] => {
      const given = ARGUMENTS[`${name}.${method}`] ?? ['id', {}];
      return [
        `${name}.${method}`,
        async () => {
          const answer: unknown = await Reflect.get(resource, method).apply(resource, given);
          return Symbol.asyncIterator in Object(answer) ? firstOf(Object(answer)) : answer;
        },
      ];
    });
  return [
    ...ofResources,
    ['jwks', () => client.jwks()],
    ['jwks of a tenant', () => client.jwks({ tenant: 'acme', environment: 'live' })],
    ['call', () => client.call('POST', '/v1/anything', { body: {} })],
    ['api', async () => client.api.GET('/v1/keys/current')],
  ];
}

async function firstOf(answer: AsyncIterable<unknown>): Promise<unknown> {
  for await (const part of answer) return part;
  return undefined;
}

async function faultOf(call: Call): Promise<unknown> {
  try {
    await call();
  } catch (error) {
    return error;
  }
  return undefined;
}

async function tried(name: string, { write, expected }: Attack, call: Call): Promise<void> {
  service.use(write);
  const fault = await faultOf(call);
  expect(service.asked, name).toHaveLength(1);
  expect(service.stolen, name).toEqual([]);
  const wanted = expected === 'refused' ? ApiError : ConnectionError;
  // Of any route the answer may be any text, and the bare operations throw nothing for what was refused.
  const isBare = name === 'api' || (name === 'call' && expected === 'text');
  if (!isBare) expect(fault, name).toBeInstanceOf(wanted);
  const { message = '' } = fault instanceof ApiError ? fault : {};
  expect(message.replaceAll('\n  ', ''), name).not.toMatch(UNSEEN);
}

describe.each(Object.entries(ANSWER_ATTACKS))('a service that %s', (_, attack) => {
  it('fails each method of the client, and gets no key elsewhere', async () => {
    const calls = callsOf(posthorn);
    expect(calls.length).toBeGreaterThan(45);
    for (const [name, call] of calls) await tried(name, attack, call);
  });
});

describe.each(Object.entries(LARGE_ANSWERS))('a service that %s', (_, attack) => {
  it('is cut off', async () => {
    await tried('get', attack, () => posthorn.endpoints.get('id'));
    await tried('call', attack, () => posthorn.call('GET', '/v1/anything'));
  });
});

test('a service that never gives the key that it made is not asked without end', async () => {
  service.use((response) => response.end('{"id":"key_1"}'));
  await expect(posthorn.keys.create()).rejects.toThrow(ConnectionError);
  expect(service.asked.length).toBeLessThan(10);
});

describe('published keys', () => {
  const attacks = Object.entries({ ...ANSWER_ATTACKS, ...LARGE_ANSWERS });
  it.each(attacks)('are not taken from a service that %s', async (name, { write }) => {
    service.use(write);
    // Each address is kept for itself.
    const keys = new URL(`${service.url}/${encodeURIComponent(name)}`);
    const received = { headers: { 'x-webhook-token': 'wh_0123456789' }, body: '{"jwt":"a.b.c"}' };
    const verified = () => verify(received, { contract: 'bynn', keys, token: 'wh_0123456789' });
    expect(await faultOf(verified)).toBeInstanceOf(ConnectionError);
    expect(service.stolen).toEqual([]);
  });
});

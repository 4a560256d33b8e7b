// Answers that are none of the service: of a proxy, of somebody else, or broken off.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConnectionError, Posthorn } from '../../client/src/index.ts';
import { documented, type FakeService, type Reply, startFakeService } from './fake-service.ts';

let service: FakeService;
let posthorn: Posthorn;
beforeEach(async () => {
  service = await startFakeService();
  posthorn = new Posthorn({
    url: service.url,
    key: 'k-1',
    retries: { maxRetries: 2, firstDelayMs: 0 },
    timeoutMs: 5_000,
  });
});
afterEach(() => service.close());

const event = { type: 'a', data: {} };
const since = '2026-01-01T00:00:00Z';
/** One for each kind of answer: accepted, created, none, a list, a state, a report. */
const CALLS: Readonly<Record<string, () => Promise<unknown>>> = {
  'events.send': () => posthorn.events.send(event),
  'events.sendBatch': () => posthorn.events.sendBatch([event]),
  'events.list': () => posthorn.events.list().toArray(),
  'events.get': () => posthorn.events.get('evt_1'),
  'events.latest': () => posthorn.events.latest('s'),
  'endpoints.create': () => posthorn.endpoints.create({ url: 'https://acme.io' }),
  'endpoints.update': () => posthorn.endpoints.update('ep_1', {}),
  'endpoints.delete': () => posthorn.endpoints.delete('ep_1'),
  'endpoints.secret': () => posthorn.endpoints.secret('ep_1'),
  'endpoints.rotateSecret': () => posthorn.endpoints.rotateSecret('ep_1'),
  'endpoints.purge': () => posthorn.endpoints.purge('ep_1'),
  'endpoints.test': () => posthorn.endpoints.test('ep_1'),
  'endpoints.verify': () => posthorn.endpoints.verify('ep_1'),
  'endpoints.recover': () => posthorn.endpoints.recover('ep_1', { since }),
  'endpoints.feed': () => posthorn.endpoints.feed('ep_1').next(),
  'deliveries.retry': () => posthorn.deliveries.retry('dlv_1'),
  'deliveries.cancel': () => posthorn.deliveries.cancel('dlv_1'),
  'deliveries.tail': () => posthorn.deliveries.tail({ intervalMs: 0 }).next(),
  'replays.create': () => posthorn.replays.create({ endpoint: 'ep_1', since }),
  'replays.count': () => posthorn.replays.count({ endpoint: 'ep_1', since }),
  'replays.pause': () => posthorn.replays.pause('rpl_1'),
  'templates.create': () => posthorn.templates.create({ name: 'a', settings: {} }),
  'templates.delete': () => posthorn.templates.delete('tpl_1'),
  'routingRules.get': () => posthorn.routingRules.get(),
  'routingRules.put': () => posthorn.routingRules.put([]),
  'transforms.test': () => posthorn.transforms.test({ source: '$', data: {} }),
  'notices.get': () => posthorn.notices.get(),
  'notices.put': () => posthorn.notices.put({}),
  'eventTypes.put': () => posthorn.eventTypes.put('a', {}),
  'eventTypes.delete': () => posthorn.eventTypes.delete('a'),
  'keys.create': () => posthorn.keys.create(),
  'keys.current': () => posthorn.keys.current(),
  'keys.revoke': () => posthorn.keys.revoke('key_1'),
  'tenants.put': () => posthorn.tenants.put('acme', 'Acme'),
  'tenants.delete': () => posthorn.tenants.delete('acme'),
  'deadLetters.list': () => posthorn.deadLetters.list('events'),
  'deadLetters.redrive': () => posthorn.deadLetters.redrive('events'),
  jwks: () => posthorn.jwks(),
  'call of a known route': () => posthorn.call('GET', '/v1/events/evt_1?x=1'),
  'call that deletes': () => posthorn.call('DELETE', '/v1/endpoints/ep_1'),
};

/** A proxy's or another service's, whatever is asked. */
const FOREIGN: Readonly<Record<string, Reply>> = {
  'an empty 200': { status: 200 },
  'an empty object': { status: 200, body: '{}' },
  null: { status: 200, body: 'null' },
  'a list': { status: 200, body: '[]' },
  'a text': { status: 200, body: '"ok"' },
  'a number': { status: 200, body: '1' },
  'members of another type': {
    status: 200,
    body: '{"id":5,"name":5,"data":{},"results":{},"next":5,"keys":{},"secret":null,"count":"1"}',
  },
  'another service’s JSON': { status: 200, body: '{"status":"ok","ok":true,"message":"Hello"}' },
  'a page': { status: 200, headers: { 'content-type': 'text/html' }, body: '<!doctype html>' },
  'a 206': { status: 206, body: '{"id":"evt_1","data":[],"next":null}' },
  'a 203': { status: 203, body: '{"id":"evt_1","data":[],"next":null}' },
};

describe.each(Object.entries(FOREIGN))('%s', (_, reply) => {
  it.each(Object.keys(CALLS))('is no answer to %s', async (name) => {
    service.answer = () => reply;
    await expect(CALLS[name]?.()).rejects.toThrow(ConnectionError);
  });
});

it.each(Object.keys(CALLS))('the least that is documented is an answer to %s', async (name) => {
  // A tail goes on until there is a delivery.
  const one = '{"data":[{"id":"x","attempts":[],"acceptedAt":"2026-01-01T00:00:00Z"}],"next":null}';
  service.answer = (asked, nth) => {
    const isCount = asked.body.includes('dryRun');
    if (isCount) return { status: 200, body: { count: 0, complete: true } };
    const isTail = asked.path === '/v1/deliveries' && nth > 2;
    return isTail ? { status: 200, body: one } : documented(asked);
  };
  await CALLS[name]?.();
});

it.each(['200', '201', '204'])('an event was not accepted by a %s', async (status) => {
  const body = status === '204' ? {} : { body: { id: 'evt_1', duplicate: false } };
  service.answer = () => ({ status: Number(status), ...body });
  await expect(posthorn.events.send(event)).rejects.toThrow(`its status is ${status}`);
  expect(service.asked).toHaveLength(1);
});

/** Each as bytes on the wire, after which the connection ends. */
const head = (more: string) => `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${more}\r\n`;
const BROKEN: Readonly<Record<string, Reply>> = {
  'a reset in the body': (socket) => {
    socket.write(`${head('content-length: 100\r\n')}{"id":"ep`, () => socket.resetAndDestroy());
  },
  'an early end of the body': (socket) => {
    socket.end(`${head('content-length: 100\r\n')}{"id":"ep`);
  },
  'an early end of a chunked body': (socket) => {
    socket.end(`${head('transfer-encoding: chunked\r\n')}9\r\n{"id":"ep\r\n`);
  },
  'a chunk that is none': (socket) => {
    socket.end(`${head('transfer-encoding: chunked\r\n')}zz\r\n`);
  },
  'JSON that is cut, until the connection ends': (socket) => {
    socket.end(`${head('connection: close\r\n')}{"id":"ep`);
  },
  'a list that is cut': { status: 200, body: '{"data":[{"id":"a"}' },
  'a whole body of cut JSON': { status: 200, body: '{"id":"ep' },
  'nothing behind the head': (socket) => {
    socket.end(head('connection: close\r\n'));
  },
  'gzip that is cut': (socket) => {
    socket.end(`${head('content-encoding: gzip\r\ncontent-length: 4\r\n')}\x1f\x0b\x08\x00`);
  },
  'a 500 that breaks off': (socket) => {
    socket.end('HTTP/1.1 500 No\r\ncontent-length: 100\r\n\r\n{"ti');
  },
};

describe.each(Object.entries(BROKEN))('%s', (_, reply) => {
  // With statuses of their own, which the raw ones do not have.
  const CREATING: Readonly<Record<string, () => Promise<unknown>>> = {
    'keyed POST': () => posthorn.events.send(event),
    batch: () => posthorn.events.sendBatch([event]),
    DELETE: () => posthorn.tenants.delete('acme'),
  };
  const READING: Readonly<Record<string, () => Promise<unknown>>> = {
    GET: () => posthorn.endpoints.get('ep_1'),
    PUT: () => posthorn.tenants.put('acme', 'Acme'),
    'keyed POST answered by 200': () =>
      posthorn.replays.count({ endpoint: 'ep_1', since }).catch(() => {}),
  };
  it.each(Object.entries({ ...READING, ...(typeof reply === 'object' && CREATING) }))(
    'is tried again: %s',
    async (name, call) => {
      const first =
        typeof reply === 'object' && name in CREATING ? { ...reply, status: 202 } : reply;
      service.answer = (asked, nth) => (nth === 1 ? first : documented(asked));
      await call();
      expect(service.asked).toHaveLength(2);
      expect(service.asked[1]?.body).toBe(service.asked[0]?.body);
    },
  );

  it('is given up after all tries, and never repeats what must not be done twice', async () => {
    service.answer = () => reply;
    await expect(posthorn.endpoints.get('ep_1')).rejects.toThrow(ConnectionError);
    expect(service.asked).toHaveLength(3);
    await expect(posthorn.endpoints.update('ep_1', {})).rejects.toThrow(ConnectionError);
    await expect(posthorn.deliveries.retry('dlv_1')).rejects.toThrow(ConnectionError);
    await expect(posthorn.endpoints.delete('ep_1', '"7"')).rejects.toThrow(ConnectionError);
    expect(service.asked).toHaveLength(6);
  });
});

it('an answer that stalls in its body is given up, and tried again', async () => {
  posthorn = new Posthorn({
    url: service.url,
    timeoutMs: 200,
    retries: { maxRetries: 1, firstDelayMs: 0 },
  });
  service.answer = (asked, nth) =>
    nth === 1
      ? (socket) => void socket.write(`${head('content-length: 100\r\n')}{"id`)
      : documented(asked);
  await posthorn.endpoints.get('ep_1');
  expect(service.asked).toHaveLength(2);
});

it('each route is found by its path, with the service behind a prefix too', async () => {
  const behind = new Posthorn({ url: `${service.url}/base/`, retries: { maxRetries: 0 } });
  service.answer = () => ({ status: 200, body: '{}' });
  await expect(behind.keys.current()).rejects.toThrow(/its \w+ is missing/);
  service.answer = () => ({ status: 202, body: { id: 'rpl_1' } });
  // Its key makes a repeat of this call harmless.
  await behind.call('POST', '/v1/endpoints/ep_1/recover', { body: { since } });
  expect(service.asked[1]?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
});

// A deployment over what an older version left behind. recorded/<commit>.json was written by record.ts in
// the working tree of that commit; its keys and secrets were made for it and open nothing else.
import { readdirSync } from 'node:fs';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Answer, call, expectStatus, type Sending } from '../acceptance/client.ts';
import { eventually } from '../builders/eventually.ts';
import { startReceiver, type TestReceiver } from '../builders/receiver.ts';
import { type Recorded, type RecordedService, startRecorded } from './recorded-service.ts';

const FOLDER = new URL('recorded/', import.meta.url);
const ALL_MS = 60_000;
const stateOf = ({ body }: Answer) => (body as unknown as { state?: string }).state; // of a replay

describe.each(readdirSync(FOLDER))('what %s left behind', (file) => {
  let receiver: TestReceiver;
  let service: RecordedService;
  let recorded: Recorded;

  beforeAll(async () => {
    receiver = await startReceiver();
    service = await startRecorded(new URL(file, FOLDER), receiver.url);
    recorded = service.recorded;
  }, 120_000);
  afterAll(async () => {
    await service?.stop();
    await receiver?.close();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const asTenant = (method: string, path: string, sending: Sending = {}) =>
    call(service, method, path, { key: recorded.keys.manager?.key ?? '', ...sending });
  const asOperator = (method: string, path: string) =>
    call(service, method, path, {
      key: recorded.operatorKey,
      headers: { 'posthorn-tenant': 'acme' },
    });
  const id = (name: string) => recorded.endpoints[name]?.id ?? '';
  const deliveriesOf = async (event: string) =>
    (await asTenant('GET', `/v1/events/${recorded.events[event]}`)).body.deliveries ?? [];
  const arrivedAt = (name: string) =>
    receiver.at(`/${name}`).map(({ headers }) => headers['webhook-id']);

  it('holds items and messages of every kind', () => {
    const kinds = (items: Recorded['tables']['ledger']) =>
      new Set(
        items.map(({ pk, sk, s }) => {
          const place = `${pk?.S} ${sk?.S}`.replace(/(ep|evt|key|rpl)_\w{26}/g, '$1');
          const named = place.replace(/#(\w{64}|\d{10}|[a-z]?\d)(?=#| |$)/g, '#*');
          return s === undefined ? named : `${s.S}`;
        }),
      );
    expect([...kinds(recorded.tables.registry)].sort()).toEqual([
      'key#* key',
      'live#acme#endpoints #version',
      'live#acme#endpoints ep',
      'live#acme#keys key',
      'signing-keys keyring',
      'tenants acme',
    ]);
    expect([...kinds(recorded.tables.ledger)].sort()).toEqual([
      'cancelled',
      'dead',
      'delivered',
      'live#acme#* evt',
      'live#acme#ep#health health',
      'live#acme#ep#rate rate',
      'live#acme#k#* dedupe',
      'live#acme#replays rpl',
      'waiting',
      'wake#*#* live#acme#ep',
    ]);
    const queues = recorded.messages.map(({ queue, body }) => {
      const { rpl, z, key, cause } = JSON.parse(body);
      return [queue, rpl && 'replay', z && 'deflated', key && 'repeat', cause]
        .filter(Boolean)
        .join(' ');
    });
    expect([...new Set(queues)].sort()).toEqual([
      'DELIVERIES first',
      'EVENTS',
      'EVENTS deflated',
      'EVENTS repeat',
      'RETRIES curve',
      'RETRIES manual',
      'WAKES',
      'WAKES replay',
    ]);
    expect(recorded.schedules.length).toBeGreaterThan(0);
  });

  it('is delivered: what waited for SQS, for a schedule, for a user, and in each queue', async () => {
    const waited = ['soon', 'later', 'rests:held', 'manual', 'gone'];
    const queued = ['queued:event', 'queued:deflated', 'queued:repeat', 'queued:delivery'];
    for (const event of [...waited, ...queued]) {
      const [name = ''] = event.split(':');
      await eventually(() => arrivedAt(name).includes(recorded.events[event]), ALL_MS);
      await eventually(async () => (await deliveriesOf(event))[0]?.status === 'delivered', ALL_MS);
    }
    // A repeat by idempotency key, though it stood in the queue twice.
    const repeats = arrivedAt('queued').filter((one) => one === recorded.events['queued:repeat']);
    expect(repeats).toHaveLength(1);
    const running = `/v1/replays/${recorded.replays.running?.id}`;
    await eventually(async () => stateOf(await asTenant('GET', running)) === 'done', ALL_MS);
    await eventually(() => arrivedAt('replayed').includes(recorded.events.replayed), ALL_MS);
    for (const queue of ['EVENTS', 'DELIVERIES', 'RETRIES', 'WAKES']) {
      await eventually(async () => (await service.left(queue)) === 0, ALL_MS);
    }
  }, 240_000);

  it('is signed with the secrets of then', async () => {
    for (const name of ['soon', 'queued', 'extras']) {
      const { secret } = (await asTenant('GET', `/v1/endpoints/${id(name)}/secret`)).body;
      expect(secret).toBe(recorded.endpoints[name]?.secret);
    }
    const [arrival] = await receiver.untilAt('/soon', 1);
    if (!arrival) throw new Error('nothing came');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - service.behindMs });
    const verifier = new Webhook(recorded.endpoints.soon?.secret ?? '');
    const headers = arrival.headers as Record<string, string>; // its headers are single
    expect(verifier.verify(arrival.body.toString('utf8'), headers)).toMatchObject({
      data: { name: 'soon' },
    });
    const { body } = await asOperator('GET', '/v1/signing-keys');
    expect(body.data.map((key) => key.id).sort()).toEqual(
      recorded.signingKeys.map((key) => key.id).sort(),
    );
  });

  it('is read as it was', async () => {
    for (const [name, answer] of Object.entries(recorded.answers)) {
      const shown = await asTenant('GET', `/v1/events/${recorded.events[name]}`);
      expectStatus(shown, 200);
      expect(shown.body).toMatchObject(answer);
    }
    const deliveries = await asTenant('GET', `/v1/deliveries?endpoint=${id('dead')}`);
    expect(deliveries.body.data).toMatchObject([{ status: 'dead', attempts: [{ number: 1 }] }]);
    const done = await asTenant('GET', `/v1/replays/${recorded.replays.done?.id}`);
    expect(done.body).toMatchObject({ state: 'done', sent: 1 });
  });

  it('has keys that are as good as they were', async () => {
    const post = (key: string) =>
      call(service, 'POST', '/v1/events', { key, body: { type: 'none', data: {} } });
    expect((await post(recorded.keys.producer?.key ?? '')).status).toBe(202);
    expect((await post(recorded.keys.revoked?.key ?? '')).status).toBe(401);
    expect((await asTenant('GET', '/v1/keys')).body.data).toHaveLength(3);
    const repeated = await asTenant('POST', '/v1/events', {
      headers: { 'idempotency-key': 'recorded-key' },
      body: {
        type: 'type.kyc-hmac',
        data: { name: 'kyc-hmac', resource: { id: 'r-1' } },
      },
    });
    expect(repeated.body).toMatchObject({ id: recorded.events['kyc-hmac'], duplicate: true });
  });

  it('has endpoints that are listed, changed, and deliver in every contract', async () => {
    const listed = await asTenant('GET', '/v1/endpoints?limit=100');
    const ids = Object.entries(recorded.endpoints).flatMap(([name, endpoint]) =>
      name === 'deleted' ? [] : [endpoint.id],
    );
    expect(listed.body.data.map((one) => one.id).sort()).toEqual(ids.sort());
    expect((await asTenant('GET', `/v1/endpoints/${id('deleted')}`)).status).toBe(404);
    const names = ['standard-webhooks', 'bynn', 'kyc-hmac', 'bronid', 'idnow', 'extras', 'limited'];
    for (const name of names) {
      const body = { url: `${receiver.url}/moved/${name}` };
      expectStatus(await asTenant('PATCH', `/v1/endpoints/${id(name)}`, { body }), 200);
      // A test goes by the endpoint as it is now; dispatch may know the older one for some seconds.
      expectStatus(await asTenant('POST', `/v1/endpoints/${id(name)}/test`), 200);
      const [arrival] = await receiver.untilAt(`/moved/${name}`, 1);
      const come = () => arrivedAt(name).length + arrivedAt(`moved/${name}`).length;
      const before = come();
      const event = { type: `type.${name}`, channels: ['eu'], data: { resource: { id: 'r-2' } } };
      expectStatus(await asTenant('POST', '/v1/events', { body: event }), 202);
      await eventually(() => come() === before + 1, ALL_MS);
      if (name !== 'extras') continue;
      expect(arrival?.headers).toMatchObject({
        authorization: 'Bearer the-token-of-the-receiver-itself',
        'x-region': 'eu',
        'signature-input': expect.any(String),
      });
    }
  }, 120_000);
});

describe('what a later version will leave behind', () => {
  const file = readdirSync(FOLDER)[0] ?? '';
  let receiver: TestReceiver;
  let service: RecordedService;

  beforeAll(async () => {
    receiver = await startReceiver();
    service = await startRecorded(new URL(file, FOLDER), receiver.url);
  }, 120_000);
  afterAll(async () => {
    await service?.stop();
    await receiver?.close();
  });

  it('stays where it is: a newer message comes back, and so does one about a newer item', async () => {
    const { recorded } = service;
    for (const queue of ['EVENTS', 'DELIVERIES', 'RETRIES', 'WAKES']) {
      await eventually(async () => (await service.left(queue)) === 0, ALL_MS);
    }
    const event = recorded.messages.find(({ queue }) => queue === 'EVENTS');
    const newer = { ...JSON.parse(event?.body ?? ''), v: 2, data: { another: 'form' } };
    await service.send('EVENTS', JSON.stringify(newer));

    const ref = recorded.messages.find(({ queue }) => queue === 'DELIVERIES');
    const { ev, ep, tn, env } = JSON.parse(ref?.body ?? '');
    const keys = [0, 1, 2, 3].map((n) => ({
      pk: { S: `${env}#${tn}#${ep}#d${n}` },
      sk: { S: ev },
    }));
    const items = await Promise.all(keys.map((key) => service.getItem('ledger', key)));
    const item = items.find((one) => one !== undefined);
    const waiting = { ...item, v: { N: '2' }, s: { S: 'waiting' } };
    await service.putItem('ledger', waiting);
    const before = receiver.at('/queued').length;
    const retry = { v: 1, ev, ep, tn, env, run: 1, n: 2, cause: 'curve', d: 1 };
    await service.send('RETRIES', JSON.stringify(retry));

    // What can be read goes on meanwhile, and is done after both were received.
    const manager = { key: recorded.keys.manager?.key ?? '' };
    const posted = await call(service, 'POST', '/v1/events', {
      ...manager,
      body: { type: 'type.queued', data: { name: 'new' } },
    });
    await eventually(() => receiver.at('/queued').length === before + 1, ALL_MS);
    expect(receiver.at('/queued').at(-1)?.headers['webhook-id']).toBe(posted.body.id);
    expect(await service.left('EVENTS')).toBe(1);
    expect(await service.left('RETRIES')).toBe(1);
  }, 240_000);
});

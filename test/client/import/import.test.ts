// Endpoints of other services, from recorded answers into a service on loopback.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'svix';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NOTHING } from '../../../client/src/cli/import/runner.ts';
import { type Endpoint, Posthorn } from '../../../client/src/index.ts';
import { verify as verifyConvoy } from '../../../docs/coming-from/snippets/convoy.ts';
import { verify as verifyHookdeck } from '../../../docs/coming-from/snippets/hookdeck.ts';
import { type EmbeddedTarget, startEmbedded } from '../../acceptance/embedded-target.ts';
import { type Arrival, startReceiver, type TestReceiver } from '../../builders/receiver.ts';
import { type Ran, ran } from '../command-line/in-process.ts';
import type { FakeService } from '../fake-service.ts';
import * as convoy from './recorded/convoy.ts';
import * as eventbridge from './recorded/eventbridge.ts';
import * as hookdeck from './recorded/hookdeck.ts';
import * as svix from './recorded/svix.ts';
import { startVendor, VENDOR_KEY } from './vendor.ts';

let target: EmbeddedTarget;
let receiver: TestReceiver;
let operator: Posthorn;
const vendors: FakeService[] = [];
const folder = mkdtempSync(join(tmpdir(), 'posthorn-import-'));

beforeAll(async () => {
  [target, receiver] = await Promise.all([startEmbedded(), startReceiver()]);
  operator = new Posthorn({ url: target.url, key: target.operatorKey });
}, 120_000);
afterAll(async () => {
  await Promise.all(vendors.map((vendor) => vendor.close()));
  await receiver?.close();
  await target?.remove();
  rmSync(folder, { recursive: true, force: true });
});

async function vendorOf(answers: Readonly<Record<string, unknown>>): Promise<FakeService> {
  const vendor = await startVendor(answers);
  vendors.push(vendor);
  return vendor;
}

const KEYS = {
  SVIX_AUTH_TOKEN: VENDOR_KEY,
  HOOKDECK_API_KEY: VENDOR_KEY,
  CONVOY_API_KEY: VENDOR_KEY,
  HOOKDECK_SIGNING_SECRET: hookdeck.SIGNING_SECRET,
};
const SECRETS = [
  ...Object.values(KEYS),
  svix.SECRET,
  svix.SENT_HEADER,
  'query-secret-99',
  hookdeck.API_KEY,
  convoy.SECRET,
  convoy.OLD_SECRET,
  convoy.PASSWORD,
  eventbridge.API_KEY,
];

/** No run may print a secret. */
async function imported(tenant: string | undefined, ...args: readonly string[]): Promise<Ran> {
  const env = { ...KEYS, POSTHORN_KEY: target.operatorKey };
  const done = await ran(target.url, ['import', ...args], {
    ...env,
    ...(tenant !== undefined && { POSTHORN_TENANT: tenant }),
  });
  for (const secret of SECRETS) expect(done.stdout + done.stderr).not.toContain(secret);
  return done;
}

const actionsOf = ({ stdout }: Ran): Record<string, string> =>
  Object.fromEntries(
    JSON.parse(stdout).map(({ source, action }: { source: string; action: string }) => [
      source.split('/').at(-1),
      action,
    ]),
  );
const whyOf = ({ stdout }: Ran): Record<string, string[]> =>
  Object.fromEntries(
    JSON.parse(stdout).map(({ source, why }: { source: string; why: string[] }) => [
      source.split('/').at(-1),
      why,
    ]),
  );

async function tenant(id: string): Promise<Posthorn> {
  await operator.tenants.put(id, id);
  return operator.forTenant(id);
}
async function endpointsOf(posthorn: Posthorn): Promise<Record<string, Endpoint>> {
  const all = await posthorn.endpoints.list({ limit: 100 }).toArray();
  return Object.fromEntries(
    all.map((one) => [/([^/:]+)\]$/.exec(one.description)?.[1] ?? one.id, one]),
  );
}

describe('Svix', () => {
  let vendor: FakeService;
  let args: string[];
  beforeAll(async () => {
    vendor = await vendorOf(svix.svixAnswers(receiver.url));
    args = ['svix', '--from-url', vendor.url, '--owner', 'acme'];
  });

  it('a dry run shows what would be done, escaped, and writes nothing', async () => {
    const posthorn = await tenant('svix-dry');
    const done = await imported('svix-dry', ...args, '--dry-run');
    expect(done).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('dry run: nothing was changed'),
    });
    expect(done.stdout).toMatch(/^SOURCE {2,}URL {2,}ACTION/);
    expect(done.stdout).toContain('create incomplete');
    expect(done.stdout).toContain('transformation');
    expect(done.stdout).not.toContain('\u001b');
    expect(await endpointsOf(posthorn)).toEqual({});
  });

  it('creates each endpoint as it was, once, and a second run changes nothing', async () => {
    const posthorn = await tenant('svix-all');
    const first = await imported('svix-all', ...args, '--yes', '--json');
    expect(first.code).toBe(1);
    expect(first.stderr).toContain('2 of 4 endpoints need a hand');
    expect(actionsOf(first)).toEqual({
      [svix.ORDERS]: 'create',
      [svix.DISABLED]: 'create paused',
      [svix.TRANSFORMED]: 'create incomplete',
      [svix.ODD]: 'create incomplete',
    });
    expect(whyOf(first)).toMatchObject({
      [svix.ORDERS]: [],
      [svix.TRANSFORMED]: ['transformation'],
      [svix.ODD]: ['event type order..paid', 'header Authorization: Svix does not tell its value'],
    });
    const created = await endpointsOf(posthorn);
    expect(created).toMatchObject({
      [svix.ORDERS]: {
        url: `${receiver.url}/orders?token=query-secret-99`,
        contract: 'standard-webhooks',
        eventTypes: ['order.created', 'order.paid'],
        channels: ['project_1337'],
        maxPerSecond: 50,
        headers: { 'X-Acme-Token': svix.SENT_HEADER },
        status: 'active',
        description: expect.stringMatching(/^Orders .*\[svix:app_\w+\/ep_1\w+\]$/s),
      },
      [svix.DISABLED]: { eventTypes: [], channels: [], status: 'paused' },
      [svix.TRANSFORMED]: { eventTypes: [NOTHING], status: 'paused' },
      [svix.ODD]: { eventTypes: [NOTHING], status: 'paused' },
    });
    const { secret } = await posthorn.endpoints.secret(created[svix.ORDERS]?.id ?? '');
    expect(secret).toBe(svix.SECRET);

    const second = await imported('svix-all', ...args, '--yes', '--json');
    expect(actionsOf(second)).toEqual({
      [svix.ORDERS]: 'unchanged',
      [svix.DISABLED]: 'unchanged',
      [svix.TRANSFORMED]: 'incomplete',
      [svix.ODD]: 'incomplete',
    });
    expect(await endpointsOf(posthorn)).toEqual(created);

    // Once completed by hand, an endpoint is left alone.
    const id = created[svix.TRANSFORMED]?.id ?? '';
    await posthorn.endpoints.update(id, { eventTypes: ['order.created'] });
    const third = await imported('svix-all', ...args, '--yes', '--json');
    expect(actionsOf(third)[svix.TRANSFORMED]).toBe('unchanged');
    expect((await posthorn.endpoints.get(id)).eventTypes).toEqual(['order.created']);
  });

  it('Svix’s own library verifies what an imported endpoint gets', async () => {
    const posthorn = operator.forTenant('svix-all');
    const data = { order: 'o-1' };
    const event = await posthorn.events.send({
      type: 'order.paid',
      channels: ['project_1337'],
      data,
    });
    const [arrival] = await receiver.untilAt('/orders?token=query-secret-99', 1);
    // What is incomplete is not even held for it.
    const there = await endpointsOf(posthorn);
    const { deliveries } = await posthorn.events.get(event.id);
    expect(deliveries.map(({ endpoint }) => endpoint).toSorted()).toEqual(
      [there[svix.ORDERS]?.id, there[svix.DISABLED]?.id].toSorted(),
    );
    const {
      'svix-id': id,
      'svix-timestamp': time,
      'svix-signature': signature,
    } = arrival?.headers ?? {};
    expect(id).toBe(event.id);
    const headers = {
      'svix-id': String(id),
      'svix-timestamp': String(time),
      'svix-signature': String(signature),
    };
    const body = arrival?.body.toString() ?? '';
    new Webhook(svix.SECRET).verify(body, headers);
    expect(JSON.parse(body)).toMatchObject({ type: 'order.paid', data });
    expect(() => new Webhook(svix.SECRET).verify(`${body} `, headers)).toThrow();
    expect(arrival?.headers).toMatchObject({ 'x-acme-token': svix.SENT_HEADER });
    expect(arrival?.headers).not.toHaveProperty('webhook-id');
  });

  it('what differs is shown, and changed with --update only', async () => {
    const posthorn = operator.forTenant('svix-all');
    const { id = '' } = (await endpointsOf(posthorn))[svix.ORDERS] ?? {};
    await posthorn.endpoints.update(id, { maxPerSecond: 5, eventTypes: ['order.created'] });
    const shown = await imported('svix-all', ...args, '--yes', '--json');
    expect([actionsOf(shown)[svix.ORDERS], whyOf(shown)[svix.ORDERS]]).toEqual([
      'differs',
      ['eventTypes', 'maxPerSecond'],
    ]);
    const dry = await imported('svix-all', ...args, '--update', '--dry-run', '--json');
    expect(actionsOf(dry)[svix.ORDERS]).toBe('update');
    expect((await posthorn.endpoints.get(id)).maxPerSecond).toBe(5);
    await imported('svix-all', ...args, '--update', '--yes');
    expect(await posthorn.endpoints.get(id)).toMatchObject({
      maxPerSecond: 50,
      eventTypes: ['order.created', 'order.paid'],
    });
  });

  it('a run that broke off before an endpoint was complete is finished by the next one', async () => {
    const posthorn = await tenant('svix-broken');
    for (const id of [svix.ORDERS, svix.DISABLED]) {
      await posthorn.endpoints.create({
        url: `${receiver.url}/broken`,
        eventTypes: [NOTHING],
        description: `[svix:${svix.ACME}/${id}]`,
      });
    }
    const done = await imported('svix-broken', ...args, '--yes', '--json');
    expect(actionsOf(done)).toMatchObject({ [svix.ORDERS]: 'finish', [svix.DISABLED]: 'finish' });
    expect(await endpointsOf(posthorn)).toMatchObject({
      [svix.ORDERS]: { status: 'active', eventTypes: ['order.created', 'order.paid'] },
      [svix.DISABLED]: { status: 'paused', eventTypes: [], url: `${receiver.url}/disabled` },
    });
  });

  it('the endpoints of several customers never share a tenant: a tenant each, or one of them', async () => {
    const { applications } = await exportOf(svix.svixAnswers(receiver.url));
    const [acme] = applications;
    const others = { ...acme, id: svix.GLOBEX, uid: 'globex-by-owner' };
    const file = join(folder, 'svix.json');
    const exported = { applications: [{ ...acme, uid: 'acme-by-owner' }, others] };
    writeFileSync(file, JSON.stringify(exported));
    const from = ['svix', '--from-file', file, '--yes', '--json'];
    const refused = await imported('svix-all', ...from);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('2 owners');
    await imported(undefined, ...from, '--by-owner');
    for (const id of ['acme-by-owner', 'globex-by-owner']) {
      expect(Object.keys(await endpointsOf(operator.forTenant(id)))).toHaveLength(4);
    }
    const nobody = await imported('svix-all', ...from, '--owner', 'nobody');
    expect(nobody).toMatchObject({ code: 2, stdout: '' });
  });

  it('one that the service refuses leaves the others to be imported', async () => {
    const posthorn = await tenant('svix-refused');
    const { applications } = await exportOf(svix.svixAnswers(receiver.url));
    const [first, ...rest] = applications[0]?.endpoints ?? [];
    const file = join(folder, 'refused.json');
    const endpoints = [{ ...first, url: 'ftp://acme.io/hook' }, ...rest];
    writeFileSync(file, JSON.stringify({ applications: [{ ...applications[0], endpoints }] }));
    const done = await imported('svix-refused', 'svix', '--from-file', file, '--yes', '--json');
    expect([done.code, actionsOf(done)[svix.ORDERS]]).toEqual([1, 'refused']);
    expect(whyOf(done)[svix.ORDERS]?.[0]).toMatch(/^\/url /);
    expect(Object.keys(await endpointsOf(posthorn))).toHaveLength(3);
  });
});

/** What a file has: the answers, put together as the page says. */
async function exportOf(answers: Readonly<Record<string, unknown>>) {
  const { readSvix } = await import('../../../client/src/cli/import/svix.ts');
  const { VendorApi } = await import('../../../client/src/cli/import/vendor-api.ts');
  const { url } = await vendorOf(answers);
  const api = new VendorApi(url, VENDOR_KEY, new AbortController().signal);
  type Application = { readonly endpoints: object[] };
  return (await readSvix(api, 'acme')) as unknown as { applications: Application[] };
}

const twice = async (name: string, ...args: readonly string[]) => {
  const posthorn = await tenant(name);
  const dry = await imported(name, ...args, '--dry-run', '--json');
  expect([dry.code, await endpointsOf(posthorn)]).toEqual([0, {}]);
  const first = await imported(name, ...args, '--yes', '--json');
  expect(actionsOf(first)).toEqual(actionsOf(dry));
  const created = await endpointsOf(posthorn);
  const second = await imported(name, ...args, '--yes', '--json');
  const settled: Record<string, string> = { 'create incomplete': 'incomplete', skip: 'skip' };
  const rows: { action: string }[] = JSON.parse(first.stdout);
  expect(JSON.parse(second.stdout).map(({ action }: { action: string }) => action)).toEqual(
    rows.map(({ action }) => settled[action] ?? 'unchanged'),
  );
  expect(await endpointsOf(posthorn)).toEqual(created);
  return { posthorn, first, created };
};
const CONVOY_BODY = '{"b":{},"e":"123","a":1}';
const headersOf = (arrival: Arrival | undefined) =>
  Object.fromEntries(
    Object.entries(arrival?.headers ?? {}).map(([name, value]) => [name, String(value)]),
  );
const base64 = (text: string) => `whsec_${Buffer.from(text).toString('base64')}`;

it('Hookdeck: connections with their filters, limits and authentication', async () => {
  const { url } = await vendorOf(hookdeck.hookdeckAnswers(receiver.url));
  const { posthorn, first, created } = await twice('hookdeck', 'hookdeck', '--from-url', url);
  expect(first.code).toBe(1);
  expect(actionsOf(first)).toEqual({
    web_crm: 'create',
    web_app: 'create paused',
    web_transformed: 'create incomplete',
    web_cli: 'skip',
  });
  expect(whyOf(first)).toEqual({
    web_crm: ['retry rule'],
    web_app: [],
    web_transformed: ['transformation', 'filter on headers', 'filter: $nin'],
    web_cli: ['a destination of type CLI'],
  });
  expect(Object.keys(created).toSorted()).toEqual(['web_app', 'web_crm', 'web_transformed']);
  expect(created).toMatchObject({
    web_crm: {
      url: `${receiver.url}/crm`,
      method: 'PUT',
      maxPerSecond: 0.5,
      channels: ['shop-orders'],
      eventTypes: [],
      filter: {
        order: { total: [{ numeric: ['>=', 100, '<', 500] }], country: ['DE', 'AT'] },
      },
      authentication: [{ type: 'header', name: 'X-Api-Key' }],
      status: 'active',
    },
    web_app: { url: `${receiver.url}/app`, status: 'paused', eventTypes: [], filter: null },
    web_transformed: { status: 'paused', eventTypes: [NOTHING] },
  });
  const app = created.web_app?.id ?? '';
  const { secret } = await posthorn.endpoints.secret(app);
  expect(secret).toBe(base64(hookdeck.SIGNING_SECRET));

  await posthorn.endpoints.resume(app);
  await posthorn.endpoints.test(app);
  const [arrival] = await receiver.untilAt('/app', 1);
  const text = arrival?.body.toString() ?? '';
  verifyHookdeck(text, headersOf(arrival), hookdeck.SIGNING_SECRET);
  const forged = () => verifyHookdeck(`${text} `, headersOf(arrival), hookdeck.SIGNING_SECRET);
  expect(forged).toThrow();
  // printf '%s' '{"order":"o-1"}' | openssl dgst -sha256 -hmac SECRET -binary | base64
  const theirs = { 'x-hookdeck-signature': 'PzRzkRB1DTkq72I6Rw0ccjTRSXWAe9fac9Ad50NueiA=' };
  verifyHookdeck('{"order":"o-1"}', theirs, hookdeck.SIGNING_SECRET);
  expect(() => verifyHookdeck('{"order":"o-2"}', theirs, hookdeck.SIGNING_SECRET)).toThrow();
  expect(() => verifyHookdeck('{"order":"o-1"}', {}, hookdeck.SIGNING_SECRET)).toThrow();
});

it('Convoy: one endpoint for each subscription, with its secret and filter', async () => {
  const { url } = await vendorOf(convoy.convoyAnswers(receiver.url));
  const from = ['convoy', '--from-url', url, '--project', convoy.CONVOY_PROJECT];
  const { posthorn, first, created } = await twice('convoy', ...from);
  expect(actionsOf(first)).toEqual({
    'sub-ledger': 'create',
    'sub-regex': 'create incomplete',
    'sub-paused': 'create paused',
    'sub-oauth': 'create incomplete',
    'ep-nothing': 'skip',
  });
  expect(whyOf(first)).toEqual({
    'sub-ledger': ['1 secrets that expire'],
    'sub-regex': ['filter: $regex', '1 secrets that expire'],
    'sub-paused': [],
    'sub-oauth': ['authentication oauth2'],
    'ep-nothing': ['it has no subscription'],
  });
  expect(created).toMatchObject({
    'sub-ledger': {
      url: `${receiver.url}/ep-ledger`,
      eventTypes: ['invoice.paid'],
      timeoutMs: 15_000,
      maxPerSecond: 2,
      authentication: [{ type: 'basic', username: 'acme' }],
      status: 'active',
    },
    'sub-paused': { eventTypes: [], filter: null, status: 'paused' },
  });
  const { secret } = await posthorn.endpoints.secret(created['sub-ledger']?.id ?? '');
  expect(secret).toBe(base64(convoy.SECRET));

  const send = (invoice: object) =>
    posthorn.events.send({ type: 'invoice.paid', data: { invoice } });
  await send({ amount: 99, country: 'DE' });
  const { id } = await send({ amount: 100, country: 'DE' });
  const [arrival, ...others] = await receiver.untilAt('/ep-ledger', 1);
  expect([arrival?.headers['webhook-id'], others]).toEqual([id, []]);
  const text = arrival?.body.toString() ?? '';
  verifyConvoy(text, headersOf(arrival), convoy.SECRET);
  expect(() => verifyConvoy(`${text} `, headersOf(arrival), convoy.SECRET)).toThrow();
  // From Convoy's own test (pkg/signature/signature_test.go), two schemes.
  const theirs = {
    'x-convoy-signature':
      't=1257894000,v1=c97c302e4a991a7d4a72b60c3f9a0c3adb3611cd0acc632994a72ace04d6509c,v2=HEfgcRgjEFAl0rS/Vig/WvanDWsBNWx7y6htFUcou5hKXj4tPKy/4K/v8HXuIl2MeiPT8bYZvYHTd5ORhvN93Q==',
  };
  verifyConvoy(CONVOY_BODY, theirs, 'secret', 1_257_894_010);
  expect(() => verifyConvoy(CONVOY_BODY, theirs, 'secret', 1_257_895_000)).toThrow();
  expect(() => verifyConvoy(CONVOY_BODY, theirs, 'other', 1_257_894_010)).toThrow();
  expect(() => verifyConvoy(CONVOY_BODY, {}, 'secret', 1_257_894_010)).toThrow();
});

it('EventBridge: one endpoint for each target that is an API destination', async () => {
  const file = join(folder, 'eventbridge.json');
  writeFileSync(file, JSON.stringify(eventbridge.eventBridgeExport(receiver.url)));
  const { first } = await twice('eventbridge', 'eventbridge', '--from-file', file);
  const rows: { source: string; action: string; why: string[] }[] = JSON.parse(first.stdout);
  expect(rows.map(({ source, action }) => [source, action])).toEqual([
    ['shop/orders/to-crm', 'create'],
    ['shop/disabled/to-crm', 'create paused'],
    ['shop/spaced/to-crm', 'create incomplete'],
    ['shop/nightly/to-crm', 'skip'],
    ['shop/read/to-fetch', 'skip'],
  ]);
  expect(rows[2]?.why.slice(0, 4)).toEqual([
    'pattern of account',
    'event type Order Placed',
    'input transformer',
    'a path parameter without a value',
  ]);
  const endpoints = await operator.forTenant('eventbridge').endpoints.list().toArray();
  expect(endpoints[0]).toMatchObject({
    url: `${receiver.url}/crm/orders`,
    eventTypes: ['order.created', 'invoice.*', '*.**.failed'],
    channels: ['com.acme.shop'],
    filter: { total: [{ numeric: ['>=', 100] }], country: [{ 'anything-but': ['US'] }] },
    headers: { 'X-Rule': 'orders', 'X-Shop': 'acme' },
    authentication: [{ type: 'header', name: 'X-Api-Key' }],
    maxPerSecond: 300,
  });
});

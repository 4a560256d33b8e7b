// Every operation of the API that writes more than once, with a fault at each of its calls: what is there then is
// what was there before or what was asked for, and the request, sent again, gives what was asked for.
// docs/faults.md says what each leaves behind, and what heals it.
import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Sqs } from '../../lambdas/adapters/aws/sqs-calls.ts';
import { createDeadLetters } from '../../lambdas/adapters/queues/dead-letters.ts';
import { freshDelivery } from '../../lambdas/core/deliveries/advance.ts';
import type { TestReport, TestRequest } from '../../lambdas/core/deliveries/test.ts';
import { createLink } from '../../lambdas/core/destinations/email/links.ts';
import { createId, deliveryIdOf } from '../../lambdas/core/identifiers.ts';
import { sealedValuesOf } from '../../lambdas/core/resealing/sealed-values.ts';
import { newWalk } from '../../lambdas/core/resealing/walk.ts';
import { secretPlace } from '../../lambdas/core/sealing/places.ts';
import { unseal, versionOf } from '../../lambdas/core/sealing/seal.ts';
import { createEventTypeGate, requestSteps } from '../../lambdas/ingest/event-type-gate.ts';
import { cleanUp } from '../../lambdas/wake/erase.ts';
import { OPERATIONS as DECLARED } from '../../scripts/openapi/operations.ts';
import { type Answer, type Ask, SEALING_KEY } from '../builders/api-service.ts';
import {
  decideOnCalls,
  type Fate,
  isNoteOfUse,
  isWrite,
  startService,
} from '../builders/broken-calls.ts';
import { urlOf } from '../builders/endpoints.ts';
import { anEvent } from '../builders/events.ts';

let service: Awaited<ReturnType<typeof startService>>;
/** What becomes of the next call: set for the time of one request. */
let decide: (isWriting: boolean) => Fate = () => undefined;
beforeAll(async () => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  vi.spyOn(console, 'log').mockReturnValue();
  service = await startService({ endpointsPerTenant: 5, keysPerTenant: 5 });
  service.addActions();
  decideOnCalls(service.client, (command, input) =>
    isNoteOfUse(command, input) ? undefined : decide(isWrite(command)),
  );
  // A message that is sent counts as a call, too.
  const { woken, cleanups, sentReplays, sentRetries, sentEvents } = service;
  for (const sent of [woken, cleanups, sentReplays, sentRetries, sentEvents]) {
    const push = sent.push.bind(sent) as (...messages: unknown[]) => number;
    sent.push = (...messages: unknown[]) => {
      const fate = decide(true);
      if (fate === 'fails') throw new Error('SQS is away');
      const count = push(...messages);
      if (fate === 'is the last') throw new Error('the function died');
      return count;
    };
  }
});
afterAll(async () => {
  vi.restoreAllMocks();
  await service?.stop();
});

interface Tenant {
  readonly name: string;
  readonly ask: Ask;
}
// biome-ignore lint/suspicious/noExplicitAny: answers are looked into member by member
type Made = any;

interface Operation {
  /** What is there before. */
  readonly arrange?: (tenant: Tenant) => Promise<Made>;
  readonly act: (tenant: Tenant, made: Made) => Promise<Answer>;
  /** What is looked at: each part may change by itself, for a moment. */
  readonly look: (tenant: Tenant, made: Made) => Promise<unknown[]>;
  /** What a repeat is answered, beside what the request is answered. */
  readonly again?: readonly number[];
  /** It is of many things, each of which is done or not. */
  readonly isOfMany?: boolean;
}

const KEYED = { 'idempotency-key': 'one' };
const ENDPOINT = { url: 'https://acme.io/a', eventTypes: ['a.b'] };

const at =
  (...paths: readonly string[]) =>
  async ({ ask }: Tenant): Promise<unknown[]> =>
    Promise.all(
      paths.map(async (path) => {
        const { status, json } = await ask('GET', path);
        return status === 200 ? json : status;
      }),
    );

/** What fan-out sees, and what dispatch sees of it. */
async function subscribed({ name: tenant }: Tenant): Promise<unknown[]> {
  const scope = { tenant, environment: 'live' } as const;
  const [found] = (await service.registry.subscribersOf([scope])).values();
  const refs = (found ?? []).map(({ id }) => ({ ...scope, id }));
  const endpoints = [...(await service.registry.getEndpoints(refs)).values()];
  return [found, endpoints.flatMap((one) => (one.deletedAtMs ? [] : [urlOf(one)]))];
}

async function endpointsAndHealth({ ask }: Tenant): Promise<unknown[]> {
  const { data } = (await ask('GET', '/v1/endpoints')).json;
  return [data.map(({ health, ...rest }: Made) => rest), data.map(({ health }: Made) => health)];
}

/** Their health is kept elsewhere. */
const endpoints = async (tenant: Tenant) => [
  ...(await endpointsAndHealth(tenant)),
  ...(await subscribed(tenant)),
];

async function anEndpoint({ ask }: Tenant, more: object = {}): Promise<Made> {
  const { status, json } = await ask('POST', '/v1/endpoints', { ...ENDPOINT, ...more });
  expect(status).toBe(201);
  return json;
}

async function aTemplate({ ask }: Tenant): Promise<Made> {
  const settings = { filter: { risk: ['high'] } };
  return (await ask('POST', '/v1/templates', { name: 't', settings })).json;
}

/** A delivery that waits, with its event and its endpoint. */
async function aDelivery(tenant: Tenant): Promise<Made> {
  return aDeliveryAt(tenant, [(await anEndpoint(tenant)).id]);
}

/** Two deliveries at one endpoint. */
async function deliveries(tenant: Tenant): Promise<Made> {
  const { id } = await anEndpoint(tenant);
  const made: Made[] = [];
  for (let count = 0; count < 2; count++) made.push(await aDeliveryAt(tenant, [id]));
  return { endpoint: id, deliveries: made.map(({ delivery }) => delivery) };
}

/** An event of two endpoints, and its delivery at the first. */
async function aWideEvent(tenant: Tenant): Promise<Made> {
  const ids: string[] = [];
  for (let count = 0; count < 2; count++) ids.push((await anEndpoint(tenant)).id);
  return aDeliveryAt(tenant, ids);
}

async function aDeliveryAt(tenant: Tenant, targets: readonly string[]): Promise<Made> {
  const [endpointId = ''] = targets;
  const { nowMs } = service.clock;
  const id = createId('evt', nowMs, randomBytes(10));
  const event = anEvent({ id, tenant: tenant.name, acceptedAtMs: nowMs, subject: 'person' });
  await service.ledger.putEvents([{ event, targets }]);
  const fresh = freshDelivery(event, endpointId, service.settings, nowMs);
  const attempt = { number: 1, run: 1, cause: 'first', atMs: nowMs, durationMs: 5 } as const;
  const attempts = [{ ...attempt, outcome: 'http_500', status: 500 }];
  await service.ledger.putDeliveries([
    {
      ...fresh,
      attempts,
      dueAtMs: nowMs + 60_000,
      nextCause: 'curve',
      workAtMs: nowMs + 60_000,
    },
  ]);
  return { event: id, endpoint: endpointId, delivery: deliveryIdOf(id, endpointId) };
}

function echo({ challenge }: TestRequest): TestReport {
  const request = { method: 'POST', url: ENDPOINT.url, headers: {}, body: '{}' };
  const response = { status: 200, headers: {}, body: `${challenge}` };
  const sentAt = '2026-01-31T09:30:00.000Z';
  return {
    outcome: 'http_200',
    detail: null,
    sentAt,
    durationMs: 1,
    timings: null,
    request,
    response,
  };
}

async function signingKey(): Promise<string> {
  const { data } = (await service.operator('GET', '/v1/signing-keys')).json;
  return data.find(({ state }: Made) => state === 'signing').id;
}

const replays = at('/v1/replays');
async function aReplay(tenant: Tenant): Promise<Made> {
  const { id: endpoint } = await anEndpoint(tenant);
  const since = new Date(service.clock.nowMs - 60_000).toISOString();
  return (await tenant.ask('POST', '/v1/replays', { endpoint, since })).json;
}

/** Which events were handed on to fan-out, however often. */
const handedOn = async () => [[...new Set(service.sentEvents.map(({ event }) => event.id))]];

/** Two dead letters, and what is seen of them; a look makes those visible that were received. */
async function deadLetters(): Promise<Made> {
  const dead = new Map(['{"one":1}', '{"two":2}'].map((body, id) => [`${id}`, body]));
  const received = new Set<string>();
  const back = new Set<string>();
  const operations: Record<string, (input: Made) => object> = {
    ReceiveMessage() {
      const visible = [...dead].filter(([id]) => !received.has(id));
      for (const [id] of visible) received.add(id);
      return {
        Messages: visible.map(([id, Body]) => ({ MessageId: id, ReceiptHandle: id, Body })),
      };
    },
    SendMessageBatch({ Entries }) {
      for (const { MessageBody } of Entries) back.add(MessageBody);
      return { Successful: Entries.map(({ Id }: Made) => ({ Id })) };
    },
    DeleteMessageBatch({ Entries }) {
      for (const { ReceiptHandle } of Entries) dead.delete(ReceiptHandle);
      return {};
    },
  };
  const sqs: Sqs = {
    async call(operation, input) {
      const fate = decide(operation !== 'ReceiveMessage');
      if (fate === 'fails') throw new Error('SQS is away');
      const answer = operations[operation]?.(input);
      if (fate) throw new Error('the function died');
      return answer as never; // of the same name
    },
  };
  const urls = { from: 'dead', to: 'back' };
  service.deadLetters.of = createDeadLetters(sqs, { events: urls, wakes: urls });
  return async () => {
    received.clear();
    return [[...new Set([...dead.values(), ...back])].sort(), [...dead.values()]];
  };
}

const privateKey = () =>
  generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();

const OPERATIONS: Readonly<Record<string, Operation>> = {
  'POST /v1/events': {
    act: ({ ask }) => ask('POST', '/v1/events', { type: 'a.b', data: {} }, KEYED),
    look: handedOn,
  },
  'POST /v1/events/batch': {
    act: ({ ask }) => {
      const event = { type: 'a.b', data: {} };
      const keyed = ['one', 'two', 'one'].map((idempotencyKey) => ({ ...event, idempotencyKey }));
      return ask('POST', '/v1/events/batch', { events: keyed });
    },
    look: handedOn,
    isOfMany: true,
  },
  'POST /v1/endpoints': {
    act: ({ ask }) => ask('POST', '/v1/endpoints', ENDPOINT, KEYED),
    look: endpoints,
  },
  'POST /v1/endpoints with a template': {
    arrange: aTemplate,
    act: ({ ask }, { id: template }) =>
      ask('POST', '/v1/endpoints', { ...ENDPOINT, template }, KEYED),
    look: endpoints,
  },
  'POST /v1/endpoints/bulk': {
    act: ({ ask }) => ask('POST', '/v1/endpoints/bulk', { endpoints: [ENDPOINT, ENDPOINT] }, KEYED),
    look: endpoints,
    isOfMany: true,
  },
  'PATCH /v1/endpoints/{id}': {
    arrange: anEndpoint,
    act: ({ ask }, { id }) => ask('PATCH', `/v1/endpoints/${id}`, { eventTypes: ['c.d'] }),
    look: endpoints,
  },
  'PATCH /v1/endpoints/{id} with a template': {
    arrange: async (tenant) => [await anEndpoint(tenant), await aTemplate(tenant)],
    act: ({ ask }, [{ id }, { id: template }]) => ask('PATCH', `/v1/endpoints/${id}`, { template }),
    look: endpoints,
  },
  'PATCH /v1/endpoints': {
    arrange: async (tenant) => [await anEndpoint(tenant), await anEndpoint(tenant)],
    act: ({ ask }) =>
      ask('PATCH', '/v1/endpoints', { filter: {}, changes: { addEventTypes: ['c.d'] } }),
    look: endpoints,
    isOfMany: true,
  },
  'DELETE /v1/endpoints/{id}': {
    arrange: anEndpoint,
    act: ({ ask }, { id }) => ask('DELETE', `/v1/endpoints/${id}`),
    look: endpoints,
    again: [404],
  },
  'POST /v1/endpoints/{id}/verify': {
    arrange: (tenant) => anEndpoint(tenant, { verifyUrl: true }),
    act: async ({ ask }, { id }) => {
      service.dispatch.answer = echo;
      const answer = await ask('POST', `/v1/endpoints/${id}/verify`);
      service.dispatch.answer = undefined;
      return answer;
    },
    // Its health only says how fast what waited is sent: should it not change, the daily look finds what waits.
    look: async (tenant) => [(await endpointsAndHealth(tenant))[0], ...(await subscribed(tenant))],
  },
  'POST /v1/mail-links/{link}': {
    arrange: async (tenant) => {
      const recipients = ['zoe@example.com'];
      const { id } = await anEndpoint(tenant, { contract: 'email', url: undefined, recipients });
      const place = { tenant: tenant.name, environment: 'live', id } as const;
      const { sealedSecrets } = (await service.registry.getEndpoint(place, id)) ?? expect.fail();
      const secret = unseal(SEALING_KEY, secretPlace(place), sealedSecrets[0] ?? '');
      return createLink('confirm', place, secret, 'zoe@example.com', Date.now() + 1e9);
    },
    act: ({ ask }, link) => ask('POST', `/v1/mail-links/${link}`),
    look: async (tenant) => [(await endpointsAndHealth(tenant))[0], ...(await subscribed(tenant))],
  },
  'POST /v1/endpoints/{id}/rotate-secret': {
    arrange: async (tenant) => {
      const { id } = await anEndpoint(tenant);
      return { id, secret: (await tenant.ask('GET', `/v1/endpoints/${id}/secret`)).json.secret };
    },
    act: ({ ask }, { id }) =>
      ask('POST', `/v1/endpoints/${id}/rotate-secret`, { overlapSeconds: 0 }),
    look: async (tenant, { id, secret }) => {
      const { json } = await tenant.ask('GET', `/v1/endpoints/${id}/secret`);
      return [json.secret === secret, ...(await endpoints(tenant))];
    },
  },
  'POST /v1/endpoints/{id}/pause': {
    arrange: anEndpoint,
    act: ({ ask }, { id }) => ask('POST', `/v1/endpoints/${id}/pause`),
    look: endpoints,
  },
  'POST /v1/endpoints/{id}/resume': {
    arrange: async (tenant) => {
      const made = await anEndpoint(tenant);
      await tenant.ask('POST', `/v1/endpoints/${made.id}/pause`);
      return made;
    },
    act: ({ ask }, { id }) => ask('POST', `/v1/endpoints/${id}/resume`),
    look: endpoints,
  },
  'POST /v1/endpoints/{id}/purge': {
    arrange: deliveries,
    act: ({ ask }, { endpoint }) => ask('POST', `/v1/endpoints/${endpoint}/purge`),
    look: (tenant, { deliveries }) =>
      at(...deliveries.map((id: string) => `/v1/deliveries/${id}`))(tenant),
    isOfMany: true,
  },
  'POST /v1/templates': {
    act: ({ ask }) => ask('POST', '/v1/templates', { name: 't', settings: {} }, KEYED),
    look: at('/v1/templates'),
  },
  'PATCH /v1/templates/{id}': {
    arrange: async (tenant) => {
      const made = await aTemplate(tenant);
      await anEndpoint(tenant, { template: made.id });
      return made;
    },
    act: ({ ask }, { id }) =>
      ask('PATCH', `/v1/templates/${id}`, { settings: { filter: { risk: ['low'] } } }),
    look: async (tenant) => [...(await at('/v1/templates')(tenant)), ...(await endpoints(tenant))],
  },
  'DELETE /v1/templates/{id}': {
    arrange: aTemplate,
    act: ({ ask }, { id }) => ask('DELETE', `/v1/templates/${id}`),
    look: at('/v1/templates'),
    again: [404],
  },
  'PUT /v1/event-types/{name}': {
    act: ({ name }) => service.operator('PUT', `/v1/event-types/${name}`, {}),
    look: ({ name, ask }) => at(`/v1/event-types/${name}`)({ name, ask }),
    again: [200],
  },
  'DELETE /v1/event-types/{name}': {
    arrange: ({ name }) => service.operator('PUT', `/v1/event-types/${name}`, {}),
    act: ({ name }) => service.operator('DELETE', `/v1/event-types/${name}`),
    look: ({ name, ask }) => at(`/v1/event-types/${name}`)({ name, ask }),
    again: [404],
  },
  'PUT /v1/routing-rules': {
    act: ({ ask }) => {
      const rules = [{ when: { n: [1] }, set: { channels: ['a'] } }];
      return ask('PUT', '/v1/routing-rules', { rules });
    },
    look: at('/v1/routing-rules'),
    again: [200],
  },
  'PUT /v1/notices': {
    act: ({ ask }) => ask('PUT', '/v1/notices', { timeZone: 'Europe/Berlin' }),
    look: at('/v1/notices'),
    again: [200],
  },
  'POST /v1/keys': {
    act: ({ ask }) => ask('POST', '/v1/keys', { name: 'x' }, KEYED),
    look: at('/v1/keys'),
    again: [200],
  },
  'DELETE /v1/keys/{id}': {
    arrange: async ({ ask }) => (await ask('POST', '/v1/keys', { name: 'x' })).json,
    act: ({ ask }, { id }) => ask('DELETE', `/v1/keys/${id}`),
    look: at('/v1/keys'),
  },
  'PUT /v1/tenants/{id}': {
    act: ({ name }) => service.operator('PUT', `/v1/tenants/${name}-new`, { name: 'New' }),
    look: async ({ name }) => [(await service.operator('GET', `/v1/tenants/${name}-new`)).status],
    again: [200],
  },
  'DELETE /v1/tenants/{id}': {
    arrange: aWideEvent,
    act: ({ name }) => service.operator('DELETE', `/v1/tenants/${name}`),
    look: async (tenant) => {
      const { json } = await service.operator('GET', `/v1/tenants/${tenant.name}`);
      const { status } = await tenant.ask('GET', '/v1/endpoints');
      return [
        json.deletedAt === null,
        status,
        json.erasure?.state === 'done',
        ...(await subscribed(tenant)),
      ];
    },
  },
  'POST /v1/signing-keys/{id}/rotate': {
    arrange: async ({ ask }) => {
      const { json } = await ask('POST', '/v1/endpoints', { ...ENDPOINT, contract: 'bynn' });
      expect(json.id).toBeDefined();
      return signingKey();
    },
    act: ({ name }, id) => {
      const body = { leadSeconds: 0, overlapSeconds: 90 };
      const keyed = { 'idempotency-key': name };
      return service.operator('POST', `/v1/signing-keys/${id}/rotate`, body, keyed);
    },
    look: async (_, id) => [(await signingKey()) === id],
  },
  'POST /v1/signing-keys': {
    arrange: async () => privateKey(),
    act: ({ name }, privateKey) => {
      const body = { privateKey, leadSeconds: 0, overlapSeconds: 90 };
      const keyed = { 'idempotency-key': name };
      return service.operator('POST', '/v1/signing-keys', body, keyed);
    },
    look: async (_, privateKey) => {
      const { data } = (await service.operator('GET', '/v1/signing-keys')).json;
      const known = createPublicKey(privateKey).export({ format: 'pem', type: 'spki' });
      return [data.filter(({ publicKey }: Made) => publicKey.trim() === `${known}`.trim()).length];
    },
  },
  'POST /v1/sealing-keys/reseal': {
    isOfMany: true,
    arrange: async (tenant) => {
      const ids = [(await anEndpoint(tenant)).id, (await anEndpoint(tenant)).id];
      await aTemplate(tenant);
      await tenant.ask('POST', '/v1/endpoints', { ...ENDPOINT, contract: 'bynn' });
      const { current, keys } = service.sealing.keys;
      const next = new Map([...keys, [current + 1, randomBytes(32)]]);
      service.sealing.keys = { current: current + 1, keys: next };
      return ids;
    },
    // The tenants before this one are done.
    act: ({ name: tenant }) => {
      const walk = newWalk(service.sealing.keys.current, service.clock.nowMs);
      const at = { ...walk, at: { tenant, environment: 'live' } };
      const cursor = Buffer.from(JSON.stringify(at)).toString('base64url');
      return service.operator('POST', '/v1/sealing-keys/reseal', { cursor });
    },
    look: ({ name: tenant }, ids) =>
      Promise.all(
        ids.map(async (id: string) => {
          const found = await service.registry.getEndpoint({ tenant, environment: 'live' }, id);
          const { current } = service.sealing.keys;
          return found && sealedValuesOf(found).map((value) => versionOf(value) === current);
        }),
      ),
  },
  'POST /v1/dead-letters/redrive': {
    arrange: deadLetters,
    act: () => service.operator('POST', '/v1/dead-letters/redrive', { queue: 'events' }),
    look: (_, show) => show(),
    isOfMany: true,
  },
  'POST /v1/replays': {
    arrange: anEndpoint,
    act: ({ ask }, { id: endpoint }) =>
      ask('POST', '/v1/replays', { endpoint, since: '2026-01-01T00:00:00Z' }, KEYED),
    look: replays,
  },
  'POST /v1/endpoints/{id}/recover': {
    arrange: anEndpoint,
    act: ({ ask }, { id }) =>
      ask('POST', `/v1/endpoints/${id}/recover`, { since: '2026-01-01T00:00:00Z' }, KEYED),
    look: replays,
  },
  'POST /v1/replays/{id}/pause': {
    arrange: aReplay,
    act: ({ ask }, { id }) => ask('POST', `/v1/replays/${id}/pause`),
    look: replays,
    again: [409],
  },
  'POST /v1/replays/{id}/resume': {
    arrange: async (tenant) => {
      const made = await aReplay(tenant);
      await tenant.ask('POST', `/v1/replays/${made.id}/pause`);
      return made;
    },
    act: ({ ask }, { id }) => ask('POST', `/v1/replays/${id}/resume`),
    look: async (tenant) => {
      const [shown] = (await replays(tenant)) as Made[];
      const isRunning = shown.data[0].state === 'running';
      return [shown, isRunning && service.sentReplays.length === 0 ? 'nothing carries it out' : ''];
    },
    again: [409],
  },
  'POST /v1/replays/{id}/cancel': {
    arrange: aReplay,
    act: ({ ask }, { id }) => ask('POST', `/v1/replays/${id}/cancel`),
    look: replays,
    again: [409],
  },
  'POST /v1/events/{id}/redact': {
    arrange: aWideEvent,
    act: ({ ask }, { event }) => ask('POST', `/v1/events/${event}/redact`),
    look: async (tenant, { event }) => {
      const [shown] = (await at(`/v1/events/${event}`)(tenant)) as Made[];
      return [shown.subject, shown.data, shown.deliveries.map(({ status }: Made) => status)];
    },
    isOfMany: true,
  },
  'POST /v1/deliveries/{id}/retry': {
    arrange: aDelivery,
    act: ({ ask }, { delivery }) => ask('POST', `/v1/deliveries/${delivery}/retry`),
    look: async ({ ask }, { delivery }) => {
      const { json } = await ask('GET', `/v1/deliveries/${delivery}`);
      return [json.status, service.sentRetries.length > 0];
    },
    isOfMany: true,
  },
  'POST /v1/deliveries/{id}/cancel': {
    arrange: aDelivery,
    act: ({ ask }, { delivery }) => ask('POST', `/v1/deliveries/${delivery}/cancel`),
    look: (tenant, { delivery }) => at(`/v1/deliveries/${delivery}`)(tenant),
    again: [409],
  },
};

/** Ids, times and what is random, made the same in each run. */
function plain(part: unknown, { name }: Tenant): string {
  const ids = new Map<string, string>();
  return `${JSON.stringify(part)}`
    .replaceAll(name, 'TENANT')
    .replace(/\b(ep|evt|tpl|key|rpl|sk|dlv)_[0-9a-z]{26,52}\b/g, (id) => {
      if (!ids.has(id)) ids.set(id, `ID${ids.size}`);
      return ids.get(id) ?? '';
    })
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/"(token|hint|secret|deletedAtMs|lastUsedAt)":("[^"]*"|null)/g, '"$1":""');
}

let tenants = 0;
async function aTenant(): Promise<Tenant> {
  const name = `run${String(++tenants).padStart(4, '0')}x`;
  const ask = await service.keyOf(name, 'live');
  // What is made from now on comes after it in listings.
  service.clock.nowMs += 1;
  // Authentication keeps what it has read.
  await ask('GET', '/v1/keys/current');
  await service.operator('GET', '/v1/event-types', undefined, { 'posthorn-tenant': name });
  return { name, ask };
}

/** What is on the queues is done. */
async function settle(): Promise<void> {
  for (let next = service.cleanups.shift(); next; next = service.cleanups.shift()) {
    service.clock.nowMs += next.delaySeconds * 1000;
    await cleanUp(service.cleanupPorts, next.cleanup, () => 60_000);
  }
  // Longer than fan-out keeps a list, and longer than a sweep takes to come.
  service.clock.nowMs += 61_000;
}

interface Run {
  readonly answer: Answer;
  /** Writes that it left behind its answer: a repeat would come beside them. */
  readonly leftUnderWay: number;
  readonly before: readonly string[];
  readonly meanwhile: readonly string[];
  /** Once everything that was sent is worked off. */
  readonly later: readonly string[];
  readonly repeat: Answer | undefined;
  readonly after: readonly string[];
}

async function run(operation: Operation, fateOf: typeof decide, isRepeated: boolean): Promise<Run> {
  const tenant = await aTenant();
  const made = await operation.arrange?.(tenant);
  const { sentRetries, sentReplays, sentEvents, cleanups } = service;
  for (const sent of [sentRetries, sentReplays, sentEvents, cleanups]) sent.length = 0;
  const look = async () => (await operation.look(tenant, made)).map((part) => plain(part, tenant));
  const before = await look();
  decide = fateOf;
  const answer = await operation.act(tenant, made);
  const leftUnderWay = service.writesUnderWay();
  decide = () => undefined;
  const meanwhile = await look();
  await settle();
  const later = await look();
  const repeat = isRepeated ? await operation.act(tenant, made) : undefined;
  await settle();
  return { answer, leftUnderWay, before, meanwhile, later, repeat, after: await look() };
}

const FATES = ['fails', 'loses its answer', 'is the last'] as const;

describe('a fault at each call of', () => {
  it.each(Object.entries(OPERATIONS))('%s leaves nothing half done', async (_, operation) => {
    const calls: boolean[] = [];
    const whole = await run(operation, (isWriting) => void calls.push(isWriting), false);
    expect(whole.answer.status).toBeLessThan(300);
    expect(calls.filter(Boolean).length).toBeGreaterThan(0);
    expect(whole.after).not.toEqual(whole.before);
    const wholes = whole.meanwhile.map((part, index) => [part, whole.after[index]]);
    const found: unknown[] = [];
    for (const [broken, isWriting] of calls.entries()) {
      for (const fate of isWriting ? FATES : FATES.slice(0, 1)) {
        let made = 0;
        const { answer, leftUnderWay, before, meanwhile, later, repeat, after } = await run(
          operation,
          () => (made++ === broken ? fate : undefined),
          true,
        );
        const seen = { broken, fate, status: answer.status, repeat: repeat?.status };
        if (leftUnderWay > 0) found.push({ ...seen, leftUnderWay });
        for (const [part, whole] of wholes.entries()) {
          const asked = answer.status < 300 ? whole : [before[part], ...whole];
          const shown = { ...seen, part, whole, before: before[part] };
          if (!operation.isOfMany && !asked.includes(meanwhile[part])) {
            found.push({ ...shown, meanwhile: meanwhile[part] });
          }
          if (!operation.isOfMany && !asked.includes(later[part])) {
            found.push({ ...shown, later: later[part] });
          }
          if (after[part] !== whole[1]) found.push({ ...shown, after: after[part] });
        }
        const statuses = [whole.answer.status, ...(operation.again ?? [])];
        if (!statuses.includes(repeat?.status ?? 0)) found.push({ ...seen, text: repeat?.text });
      }
    }
    expect(found).toEqual([]);
  });
});

/** Operations that write nothing that is kept, or once: each with why. */
const WRITE_ONCE: Readonly<Record<string, string>> = {
  'POST /v1/endpoints/{id}/test': 'only the receiver sees it',
  'POST /v1/endpoints/test': 'only the receivers see it',
  'POST /v1/endpoints/{id}/mark-issue': 'it puts or removes one item',
  'POST /v1/filters/test': 'it reads',
  'POST /v1/transforms/test': 'it reads',
  'POST /v1/portal-sessions':
    'it puts one item, and nobody has the token of one whose answer is lost',
  'POST /v1/console-sessions': 'as of the portal',
  'POST /v1/console-sessions/oidc': 'as of the portal',
  'DELETE /v1/portal-sessions':
    'it removes one item after the other, and goes on when it is repeated',
  'DELETE /v1/console-sessions': 'as of the portal',
  'DELETE /v1/sessions/current': 'it removes one item',
};

describe('the table', () => {
  const named = DECLARED.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
  const tested = [...new Set(Object.keys(OPERATIONS).map((name) => name.split(' with ')[0] ?? ''))];

  it('has every operation that is no reading, but those that write once', () => {
    const writing = named.filter((name) => !name.startsWith('GET '));
    expect([...tested, ...Object.keys(WRITE_ONCE)].sort()).toEqual(writing.sort());
  });

  it('is that of docs/faults.md', () => {
    const page = readFileSync(new URL('../../docs/faults.md', import.meta.url), 'utf8');
    const [, section = ''] = page.split('## Operations of the API');
    const [table = ''] = section.split('\n## ');
    const cells = table.split('\n').map((line) => line.split('|')[1] ?? '');
    const documented = cells.flatMap((cell) => [...cell.matchAll(/`([A-Z]+ [^`]+)`/g)]);
    expect(documented.map(([, name]) => name).sort()).toEqual([...tested].sort());
  });
});

it('the first event type is in force within a minute, even if its creation died before it was announced', async () => {
  const fresh = await startService();
  const { eventTypes, surroundings, settings } = fresh;
  decideOnCalls(fresh.client, (command, { Item }) =>
    command === 'PutItemCommand' && Item?.pk?.S === 'event-types' ? 'is the last' : undefined,
  );
  expect((await fresh.operator('PUT', '/v1/event-types/a.b', {})).status).toBe(500);
  const strict = { ...settings, unknownEventTypes: 'refuse' } as const;
  const judge = createEventTypeGate({ eventTypes, surroundings, settings: strict });
  expect(await judge('a.b', {}, requestSteps())).toEqual([]);
  await fresh.stop();
});

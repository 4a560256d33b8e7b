// Dead letters at queue level, over the emulator of SQS.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqsBySdk } from '../../../lambdas/adapters/on-demand/sqs.ts';
import { createDeadLetters } from '../../../lambdas/adapters/queues/dead-letters.ts';
import { addDeadLetterRoutes } from '../../../lambdas/api/service/dead-letters.ts';
import { encodeEventMessage } from '../../../lambdas/core/events/message.ts';
import { type ApiKey, KEY_SCOPES } from '../../../lambdas/core/keys/api-key.ts';
import { isRedelivered } from '../../../lambdas/core/redelivered.ts';
import { createApplication } from '../../../lambdas/http/application.ts';
import type { AuthenticationPorts } from '../../../lambdas/http/authentication.ts';
import { createAuthentication } from '../../../lambdas/http/authentication.ts';
import { serveOn } from '../../../lambdas/http/operation.ts';
import { Gatekeeper } from '../../../local/gate/gatekeeper.ts';
import { Meter } from '../../../local/gate/meter.ts';
import { type SqsEmulator, type SqsQueue, startSqs } from '../../../local/sqs/emulator.ts';
import { receive } from '../../../local/sqs/records.ts';
import { anEvent, NOON_MS } from '../../builders/events.ts';
import { fixedSurroundings, only } from '../../builders/ports.ts';
import { makeQueue } from '../../local/emulators.ts';

const OPERATOR_KEY = 'o'.repeat(40);
const TENANT_KEY = `ph_live_${'t'.repeat(43)}`;

let folder: string;
let emulator: SqsEmulator;
let client: SQSClient;
let events: SqsQueue;
let dead: SqsQueue;
let ask: (method: string, path: string, body?: unknown, key?: string) => Promise<Response>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'posthorn-dead-letters-'));
  const gatekeeper = new Gatekeeper(new Meter());
  emulator = await startSqs(folder, gatekeeper);
  events = makeQueue(emulator, 'events');
  dead = makeQueue(emulator, 'dead-events');
  makeQueue(emulator, 'wakes');
  makeQueue(emulator, 'dead-wakes');
  client = new SQSClient({
    endpoint: emulator.url,
    region: 'us-east-1',
    credentials: gatekeeper.host,
  });
  const url = (name: string) => emulator.queueUrl(name);
  const app = createApplication();
  const tenantKey = { id: 'key_1', tenant: 'acme', environment: 'live', scopes: KEY_SCOPES };
  const authentication = createAuthentication({
    registry: only<AuthenticationPorts['registry']>({
      getTenant: async (id) => ({ id, name: id, createdAtMs: NOON_MS }),
      findKey: async (hash) => ({ ...tenantKey, hash, createdAtMs: NOON_MS }) as unknown as ApiKey,
    }),
    sessions: only({}),
    secrets: { operatorKey: async () => OPERATOR_KEY },
    surroundings: fixedSurroundings(),
  });
  const serve = serveOn(app, authentication);
  addDeadLetterRoutes(serve, {
    deadLetters: createDeadLetters(sqsBySdk(client), {
      events: { from: url('dead-events'), to: url('events') },
      wakes: { from: url('dead-wakes'), to: url('wakes') },
    }),
  });
  ask = async (method, path, body, key = OPERATOR_KEY) =>
    app.request(path, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
});
afterEach(async () => {
  client.destroy();
  await emulator.close();
  rmSync(folder, { recursive: true, force: true });
});

const bury = (body: string): void => dead.enqueue(emulator.newMessage(body));
const sizeOf = (queue: SqsQueue): number => queue.messages.length + queue.inflightMessages.size;
const anEventMessage = (n = 1): string =>
  encodeEventMessage({ event: anEvent({ data: `{"secretish":${n}}` }), mayRepeat: false });

describe('GET /v1/dead-letters', () => {
  it('shows whom a message is about, not what it carries, and takes nothing away', async () => {
    bury(anEventMessage());
    bury('{"v":99}');
    const response = await ask('GET', '/v1/dead-letters?queue=events');
    expect(response.status).toBe(200);
    const { data, next } = JSON.parse(await response.text());
    expect(next).toBeNull();
    expect(data).toHaveLength(2);
    const event = anEvent({});
    expect(data).toContainEqual(
      expect.objectContaining({
        queue: 'events',
        readable: true,
        tenant: event.tenant,
        event: event.id,
        type: event.type,
        body: null,
      }),
    );
    expect(data).toContainEqual(expect.objectContaining({ readable: false, body: '{"v":99}' }));
    expect(JSON.stringify(data)).not.toContain('secretish');
    expect(sizeOf(dead)).toBe(2);
    expect(sizeOf(events)).toBe(0);
  });

  it('is for the operator only, and for queues that keep dead letters', async () => {
    expect((await ask('GET', '/v1/dead-letters?queue=events', undefined, TENANT_KEY)).status).toBe(
      403,
    );
    expect((await ask('GET', '/v1/dead-letters?queue=deliveries')).status).toBe(422);
    expect((await ask('GET', '/v1/dead-letters')).status).toBe(422);
    const body = { queue: 'events' };
    expect((await ask('POST', '/v1/dead-letters/redrive', body, TENANT_KEY)).status).toBe(403);
  });
});

describe('POST /v1/dead-letters/redrive', () => {
  it('sends messages back as they are, as ones that may be half done, and deletes them', async () => {
    const bodies = Array.from({ length: 12 }, (_, n) => anEventMessage(n));
    for (const body of bodies) bury(body);
    const response = await ask('POST', '/v1/dead-letters/redrive', { queue: 'events' });
    expect(JSON.parse(await response.text())).toEqual({ queue: 'events', moved: 12, refused: 0 });
    expect(sizeOf(dead)).toBe(0);
    expect(events.messages).toHaveLength(12);
    expect(events.messages.map(({ body }) => body).sort()).toEqual(bodies.sort());
    const records = receive(events, emulator.store, 10) as unknown as SQSRecord[];
    for (const record of records) expect(isRedelivered(record)).toBe(true);
  });

  it('moves no more than it was asked to', async () => {
    for (let n = 0; n < 5; n++) bury(anEventMessage(n));
    await ask('POST', '/v1/dead-letters/redrive', { queue: 'events', limit: 3 });
    expect(sizeOf(dead)).toBe(2);
    expect(sizeOf(events)).toBe(3);
  });

  it('sends what nobody can read back as it is', async () => {
    bury('not json');
    await ask('POST', '/v1/dead-letters/redrive', { queue: 'events' });
    expect(events.messages.map(({ body }) => body)).toEqual(['not json']);
  });

  it('loses nothing if it dies between sending and deleting', async () => {
    bury(anEventMessage());
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (given) => {
          if (commandName === DeleteMessageBatchCommand.name) throw new Error('died');
          return next(given);
        },
      { step: 'initialize' },
    );
    expect((await ask('POST', '/v1/dead-letters/redrive', { queue: 'events' })).status).toBe(500);
    expect(sizeOf(dead)).toBe(1);
    expect(sizeOf(events)).toBe(1);
  });
});

// Pausing, resuming and listing replays, what failed, and what is about one subject.

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { tableOf } from '../../../lambdas/adapters/aws/dynamodb/calls.ts';
import { createWorkLedger } from '../../../lambdas/adapters/ledger/work.ts';
import type { Delivery } from '../../../lambdas/core/deliveries/delivery.ts';
import type { DeliveryMessage } from '../../../lambdas/core/deliveries/message.ts';
import { createId, deliveryIdOf } from '../../../lambdas/core/identifiers.ts';
import type { DelayedReplay } from '../../../lambdas/core/replays/message.ts';
import { encodeReplayMessage } from '../../../lambdas/core/replays/message.ts';
import type { Wakes } from '../../../lambdas/core/wakes/directory.ts';
import { replay } from '../../../lambdas/wake/replay.ts';
import { workOff } from '../../../lambdas/wake/work-off.ts';
import { type ApiService, startApiService } from '../../builders/api-service.ts';
import { only, sqsRecord } from '../../builders/ports.ts';
import { memoryWakes } from '../../builders/wakes.ts';

const LIVE = { tenant: 'acme', environment: 'live' } as const;
const HOUR_MS = 3_600_000;
let service: ApiService;
let retries: DeliveryMessage[];
let onRetries: () => Promise<void>;
beforeAll(async () => {
  service = await startApiService();
});
afterAll(() => service?.stop());
beforeEach(() => {
  retries = [];
  service.sentReplays.length = 0;
  onRetries = async () => undefined;
});

/** Handles one message as the wake function does. @param remainingMs 0 lets it do one page */
async function handle({ replay: asked }: DelayedReplay, remainingMs = 60_000): Promise<void> {
  const ports = {
    replays: service.replays,
    ledger: service.ledger,
    registry: service.registry,
    queues: {
      async sendRetries(messages: readonly { readonly message: DeliveryMessage }[]) {
        await onRetries();
        retries.push(...messages.map(({ message }) => message));
        return new Set<number>();
      },
      async sendReplays(messages: readonly DelayedReplay[]) {
        service.sentReplays.push(...messages);
        return new Set<number>();
      },
    },
    wakes: only<Wakes>({ note: async () => undefined }),
    surroundings: service.surroundings,
    settings: service.settings,
    work: createWorkLedger(tableOf(service.dynamoDb, 'ledger')),
    events: { tellDead: async () => undefined },
  };
  const failed = await workOff(
    memoryWakes(),
    [sqsRecord(encodeReplayMessage(asked))],
    async (message) => {
      if (message.kind === 'replay') await replay(ports, message, () => remainingMs);
    },
  );
  expect(failed).toEqual([]);
}

async function drain(): Promise<void> {
  for (let message = service.sentReplays.shift(); message; message = service.sentReplays.shift()) {
    await handle(message);
  }
}

async function anEndpoint(): Promise<string> {
  const body = { url: 'https://hooks.acme.com/in' };
  return (await service.acme('POST', '/v1/endpoints', body)).json.id;
}

/** Deliveries an hour ago that have made one attempt in their run, unless it is said otherwise. */
async function past(endpointId: string, count: number, changes: Partial<Delivery> = {}) {
  const startMs = service.clock.nowMs - HOUR_MS;
  const deliveries = Array.from({ length: count }, (_, index): Delivery => {
    const acceptedAtMs = startMs + index;
    const attempt = {
      number: 1,
      run: 1,
      cause: 'first' as const,
      atMs: acceptedAtMs,
      durationMs: 5,
      outcome: 'http_500',
    };
    return {
      ...LIVE,
      endpointId,
      eventId: createId('evt', acceptedAtMs, randomBytes(10)),
      eventType: 'dossier.created',
      acceptedAtMs,
      state: 'dead',
      run: 1,
      attemptsBeforeRun: 0,
      attempts: [attempt],
      deadlineAtMs: acceptedAtMs + 24 * HOUR_MS,
      ...changes,
      ...(changes.state === 'waiting'
        ? { dueAtMs: acceptedAtMs + 9 * HOUR_MS, workAtMs: acceptedAtMs + 9 * HOUR_MS }
        : {}),
    };
  });
  expect(await service.ledger.putDeliveries(deliveries)).toEqual(new Set());
  return deliveries;
}

const since = () => new Date(service.clock.nowMs - 2 * HOUR_MS).toISOString();
const begin = async (endpoint: string, more: object = {}) =>
  (await service.acme('POST', '/v1/replays', { endpoint, since: since(), ...more })).json;
const recover = (endpoint: string, more: object = {}, headers = {}) =>
  service.acme('POST', `/v1/endpoints/${endpoint}/recover`, { since: since(), ...more }, headers);
const read = async (id: string) => (await service.acme('GET', `/v1/replays/${id}`)).json;
const act = (id: string, what: string) => service.acme('POST', `/v1/replays/${id}/${what}`);

describe('a paused replay', () => {
  it('stops after the page that is on its way, and goes on where it was', async () => {
    const endpoint = await anEndpoint();
    const dead = await past(endpoint, 450);
    const { id } = await begin(endpoint);
    let calls = 0;
    onRetries = async () => {
      if (++calls !== 2) return;
      const answer = await act(id, 'pause');
      expect([answer.status, answer.json.state]).toEqual([200, 'paused']);
    };
    await drain();
    const paused = await read(id);
    expect(paused).toMatchObject({ state: 'paused', sent: retries.length, finishedAt: null });
    expect(paused.sent).toBeGreaterThan(0);
    expect(paused.sent).toBeLessThan(450);
    expect((await act(id, 'pause')).json).toEqual(paused);
    // Messages of before find nothing to do.
    expect(service.sentReplays).toEqual([]);

    const resumed = await act(id, 'resume');
    expect([resumed.status, resumed.json.state]).toEqual([200, 'running']);
    await drain();
    expect(await read(id)).toMatchObject({ state: 'done', found: 450, sent: 450, skipped: 0 });
    expect(retries.map(({ eventId }) => eventId)).toEqual(dead.map(({ eventId }) => eventId));
  });

  it('that is resumed twice, or whose message was lost, sends each delivery once', async () => {
    const endpoint = await anEndpoint();
    const dead = await past(endpoint, 250);
    const { id } = await begin(endpoint);
    const [first] = service.sentReplays.splice(0);
    await act(id, 'pause');
    if (first) await handle(first);
    expect(retries).toEqual([]);
    await act(id, 'resume');
    service.sentReplays.length = 0;
    await act(id, 'resume');
    await act(id, 'resume');
    expect(service.sentReplays).toHaveLength(2);
    await Promise.all(service.sentReplays.splice(0).map((message) => handle(message)));
    await drain();
    expect(await read(id)).toMatchObject({ state: 'done', sent: 250 });
    expect(new Set(retries.map(({ eventId }) => eventId)).size).toBe(dead.length);
    const refs = dead.map(({ eventId }) => ({ ...LIVE, endpointId: endpoint, eventId }));
    const after = await service.ledger.getDeliveries(refs);
    expect(new Set([...after.values()].map(({ run }) => run))).toEqual(new Set([2]));
  });

  it('can be cancelled; what has ended can be neither paused nor resumed', async () => {
    const endpoint = await anEndpoint();
    await past(endpoint, 1);
    const { id } = await begin(endpoint);
    await act(id, 'pause');
    expect((await act(id, 'cancel')).json.state).toBe('cancelled');
    const done = await begin(endpoint);
    await drain();
    for (const ended of [id, done.id]) {
      expect((await act(ended, 'pause')).status).toBe(409);
      expect((await act(ended, 'resume')).status).toBe(409);
    }
  });

  it('is nobody else’s to pause or resume', async () => {
    const { id } = await begin(await anEndpoint());
    for (const what of ['pause', 'resume']) {
      const none = await act('rpl_01h455vb4pex5vsknk084sn02q', what);
      for (const ask of [service.globex, service.acmeTest]) {
        const answer = await ask('POST', `/v1/replays/${id}/${what}`);
        expect({ ...answer.json, requestId: '' }).toEqual({ ...none.json, requestId: '' });
        expect(answer.status).toBe(404);
      }
      const reader = await service.keyOf('acme', 'live', ['deliveries:read']);
      expect((await reader('POST', `/v1/replays/${id}/${what}`)).status).toBe(403);
    }
  });
});

describe('recovering an endpoint', () => {
  it('sends what is dead and what waits after a failure, and nothing else', async () => {
    const endpoint = await anEndpoint();
    const dead = await past(endpoint, 3);
    const failed = await past(endpoint, 4, { state: 'waiting' });
    await past(endpoint, 5, { state: 'delivered' });
    await past(endpoint, 6, { state: 'cancelled' });
    // Before its first attempt, and under way at the moment.
    await past(endpoint, 7, { state: 'waiting', attempts: [] });
    const lease = { untilMs: service.clock.nowMs + 10_000, holder: 'm/r' };
    await past(endpoint, 2, { state: 'waiting', lease });
    const dry = await recover(endpoint, { dryRun: true });
    expect([dry.status, dry.json]).toEqual([200, { count: 9, complete: true }]);
    const begun = await recover(endpoint);
    expect([begun.status, begun.json.status]).toEqual([202, 'failed']);
    await drain();
    expect(await read(begun.json.id)).toMatchObject({
      state: 'done',
      found: 9,
      sent: 7,
      skipped: 2,
    });
    const ids = [...dead, ...failed].map(({ eventId }) => eventId).sort();
    expect(retries.map(({ eventId }) => eventId).sort()).toEqual(ids);
    expect(
      retries.every(({ run, attempt, cause }) => run === 2 && attempt === 2 && cause === 'replay'),
    ).toBe(true);
  });

  it('a second time sends nothing twice', async () => {
    const endpoint = await anEndpoint();
    await past(endpoint, 150);
    await past(endpoint, 150, { state: 'waiting' });
    const ids = [(await recover(endpoint)).json.id, (await recover(endpoint)).json.id];
    for (
      let left = service.sentReplays.splice(0);
      left.length > 0;
      left = service.sentReplays.splice(0)
    ) {
      await Promise.all(left.map((message) => handle(message, 0)));
    }
    ids.push((await recover(endpoint)).json.id);
    await drain();
    const all = await Promise.all(ids.map(read));
    expect(all.map(({ state }) => state)).toEqual(['done', 'done', 'done']);
    expect(all.reduce((sum, { sent }) => sum + sent, 0)).toBe(300);
    expect(all[2]).toMatchObject({ found: 0, sent: 0 });
    expect(retries).toHaveLength(300);
  });

  it('with an idempotency key starts one replay', async () => {
    const endpoint = await anEndpoint();
    await past(endpoint, 2);
    const body = { since: since() };
    const send = () => recover(endpoint, body, { 'idempotency-key': `recover-${endpoint}` });
    const [first, second] = [await send(), await send()];
    expect(second.json.id).toBe(first.json.id);
    expect(first.headers.get('location')).toBe(`/v1/replays/${first.json.id}`);
  });

  it('that is not there, or asked wrongly, is refused', async () => {
    const endpoint = await anEndpoint();
    expect((await recover('ep_01h455vb4pex5vsknk084sn02q')).status).toBe(404);
    expect(
      (await service.globex('POST', `/v1/endpoints/${endpoint}/recover`, { since: since() }))
        .status,
    ).toBe(404);
    const wrong = await recover(endpoint, { status: 'dead', since: 7 });
    expect(wrong.status).toBe(422);
    expect(wrong.json.errors.map(({ path }: { path: string }) => path).sort()).toEqual([
      '/since',
      '/status',
    ]);
  });
});

describe('a replay', () => {
  it('may be about one subject', async () => {
    const endpoint = await anEndpoint();
    const about = await past(endpoint, 3, { subject: 's-1' });
    await past(endpoint, 3, { subject: 's-2' });
    await past(endpoint, 3);
    const dry = await begin(endpoint, { subject: 's-1', dryRun: true });
    expect(dry.count).toBe(3);
    const { id } = await begin(endpoint, { subject: 's-1' });
    await drain();
    expect(retries.map(({ eventId }) => eventId)).toEqual(about.map(({ eventId }) => eventId));
    expect(await read(id)).toMatchObject({ subject: 's-1', sent: 3 });
  });

  it('tells how far it has come, and marks what it sent in the log', async () => {
    const endpoint = await anEndpoint();
    const dead = await past(endpoint, 300);
    const { id, until } = await begin(endpoint);
    const message = service.sentReplays.shift();
    if (message) await handle(message, 0);
    const { reachedAt } = await read(id);
    const reachedMs = Date.parse(reachedAt);
    expect(reachedMs).toBeGreaterThanOrEqual(dead[0]?.acceptedAtMs ?? 0);
    expect(reachedMs).toBeLessThan(dead[299]?.acceptedAtMs ?? 0);
    await drain();
    expect((await read(id)).reachedAt).toBe(until);
    const delivery = deliveryIdOf(dead[0]?.eventId ?? '', endpoint);
    const found = await service.ledger.getDeliveries(dead.slice(0, 1));
    expect(found.get(delivery)).toMatchObject({ replayId: id, nextCause: 'replay' });
  });

  it('stands in the listing, newest first, of one endpoint or of all', async () => {
    const tenant = await service.keyOf('lister', 'live');
    const make = async () =>
      (await tenant('POST', '/v1/endpoints', { url: 'https://hooks.acme.com/in' })).json.id;
    const [one, other] = [await make(), await make()];
    const ids: string[] = [];
    for (let n = 0; n < 7; n++) {
      service.clock.nowMs += 5;
      const body = { endpoint: n % 3 === 0 ? other : one, since: since() };
      ids.unshift((await tenant('POST', '/v1/replays', body)).json.id);
    }
    const pages = async (query: string) => {
      const found: string[][] = [];
      for (let cursor = ''; ; ) {
        const { json } = await tenant('GET', `/v1/replays?limit=3${query}${cursor}`);
        found.push(json.data.map(({ id }: { id: string }) => id));
        if (json.next === null) return found;
        cursor = `&cursor=${json.next}`;
      }
    };
    expect(await pages('')).toEqual([ids.slice(0, 3), ids.slice(3, 6), ids.slice(6)]);
    expect((await pages(`&endpoint=${other}`)).flat()).toEqual([ids[0], ids[3], ids[6]]);
    expect((await service.globex('GET', '/v1/replays')).json.data).toEqual([]);
    expect((await tenant('GET', '/v1/replays?state=x')).status).toBe(422);
  });
});

describe('a replay that stops while it begins', () => {
  const anAsked = async () => {
    const { json } = await service.acme('POST', '/v1/endpoints', { url: 'https://acme.io/a' });
    return { endpoint: json.id, since: '2020-01-01T00:00:00Z' };
  };
  const statesOf = async (endpoint: string) =>
    (await service.acme('GET', `/v1/replays?endpoint=${endpoint}`)).json.data.map(
      ({ state }: { state: string }) => state,
    );

  it('is not listed where its message cannot be sent', async () => {
    const asked = await anAsked();
    service.sentReplays.push = () => {
      throw new Error('the queue is away');
    };
    expect((await service.acme('POST', '/v1/replays', asked)).status).toBe(500);
    service.sentReplays.push = Array.prototype.push;
    expect(await statesOf(asked.endpoint)).toEqual([]);
  });

  it('is waited for by its message, for a minute', async () => {
    const asked = await anAsked();
    const { json } = await service.acme('POST', '/v1/replays', asked);
    const [message] = service.sentReplays;
    if (!message) throw new Error('no message');
    expect(message.delaySeconds).toBe(1);
    const other = createId('rpl', service.clock.nowMs, randomBytes(10));
    const missing = { ...message, replay: { ...message.replay, replayId: other } };
    await expect(handle(missing)).rejects.toThrow();
    service.clock.nowMs += 61_000;
    await handle(missing);
    await drain();
    expect((await service.acme('GET', `/v1/replays/${json.id}`)).json.state).toBe('done');
  });
});

import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { tableOf } from '../../../lambdas/adapters/aws/dynamodb/calls.ts';
import { createWorkLedger } from '../../../lambdas/adapters/ledger/work.ts';
import type { Delivery, StoredState } from '../../../lambdas/core/deliveries/delivery.ts';
import type { DeliveryMessage } from '../../../lambdas/core/deliveries/message.ts';
import { createId, deliveryIdOf } from '../../../lambdas/core/identifiers.ts';
import type { DelayedReplay } from '../../../lambdas/core/replays/message.ts';
import { encodeReplayMessage } from '../../../lambdas/core/replays/message.ts';
import type { Wakes } from '../../../lambdas/core/wakes/directory.ts';
import { type ReplayPorts, replay } from '../../../lambdas/wake/replay.ts';
import { workOff } from '../../../lambdas/wake/work-off.ts';
import { type ApiService, type Ask, startApiService } from '../../builders/api-service.ts';
import { only, sqsRecord } from '../../builders/ports.ts';
import { memoryWakes } from '../../builders/wakes.ts';

const LIVE = { tenant: 'acme', environment: 'live' } as const;
const HOUR_MS = 3_600_000;
const A_MINUTE = 60_000;

let service: ApiService;
let retries: DeliveryMessage[];
/** What goes wrong, or happens, at a call: a test sets it. */
let onRetries: () => Promise<void>;
let onReplays: () => Promise<void>;
beforeAll(async () => {
  service = await startApiService();
});
afterAll(() => service?.stop());
beforeEach(() => {
  retries = [];
  service.sentReplays.length = 0;
  onRetries = onReplays = async () => undefined;
});

function ports(): ReplayPorts {
  return {
    replays: service.replays,
    ledger: service.ledger,
    registry: service.registry,
    queues: {
      async sendRetries(messages) {
        await onRetries();
        retries.push(...messages.map(({ message }) => message));
        return new Set();
      },
      async sendReplays(messages) {
        await onReplays();
        service.sentReplays.push(...messages);
        return new Set();
      },
    },
    wakes: only<Wakes>({ note: async () => undefined }),
    surroundings: service.surroundings,
    settings: service.settings,
    work: createWorkLedger(tableOf(service.dynamoDb, 'ledger')),
    events: { tellDead: async () => undefined },
  };
}

/** Handles one message as the wake function does. @param remainingMs 0 lets it do one page */
async function handle({ replay: asked }: DelayedReplay, remainingMs = A_MINUTE): Promise<boolean> {
  const failed = await workOff(
    memoryWakes(),
    [sqsRecord(encodeReplayMessage(asked))],
    async (message) => {
      if (message.kind === 'replay') await replay(ports(), message, () => remainingMs);
    },
  );
  return failed.length === 0;
}

/** Handles messages until none is left. */
async function drain(remainingMs = A_MINUTE): Promise<number> {
  let handled = 0;
  for (;;) {
    const message = service.sentReplays.shift();
    if (!message) return handled;
    expect(await handle(message, remainingMs)).toBe(true);
    handled++;
  }
}

async function anEndpoint(ask: Ask = service.acme): Promise<string> {
  return (await ask('POST', '/v1/endpoints', { url: 'https://hooks.acme.com/in' })).json.id;
}

interface Kind {
  readonly state?: StoredState;
  readonly eventType?: string;
  readonly atMs?: number;
}

/** Deliveries an hour ago, 50 of them in each millisecond; ids in order. */
async function past(endpointId: string, count: number, kind: Kind = {}): Promise<string[]> {
  const { state = 'dead', eventType = 'dossier.created' } = kind;
  const startMs = kind.atMs ?? service.clock.nowMs - HOUR_MS;
  const deliveries = Array.from({ length: count }, (_, index): Delivery => {
    const acceptedAtMs = startMs + Math.floor(index / 50);
    return {
      ...LIVE,
      endpointId,
      eventId: createId('evt', acceptedAtMs, randomBytes(10)),
      eventType,
      acceptedAtMs,
      state,
      run: 1,
      attemptsBeforeRun: 0,
      attempts: [
        {
          number: 1,
          run: 1,
          cause: 'first',
          atMs: acceptedAtMs,
          durationMs: 5,
          outcome: 'http_500',
          status: 500,
        },
      ],
      deadlineAtMs: acceptedAtMs + 24 * HOUR_MS,
      ...(state === 'dead' ? { deathReason: 'attempts' as const } : {}),
      ...(state === 'waiting' ? { dueAtMs: acceptedAtMs, workAtMs: acceptedAtMs } : {}),
    };
  });
  expect(await service.ledger.putDeliveries(deliveries)).toEqual(new Set());
  return deliveries.map(({ eventId }) => eventId).sort();
}

const hoursAgo = (hours: number) => new Date(service.clock.nowMs - hours * HOUR_MS).toISOString();
const begin = (endpoint: string, more: object = {}, headers = {}) =>
  service.acme('POST', '/v1/replays', { endpoint, since: hoursAgo(2), ...more }, headers);
const read = async (id: string) => (await service.acme('GET', `/v1/replays/${id}`)).json;

async function deliveries(endpointId: string, eventIds: readonly string[]): Promise<Delivery[]> {
  const refs = eventIds.map((eventId) => ({ ...LIVE, endpointId, eventId }));
  const found = await service.ledger.getDeliveries(refs);
  return eventIds.flatMap((eventId) => found.get(deliveryIdOf(eventId, endpointId)) ?? []);
}
const runsOf = async (endpointId: string, eventIds: readonly string[]) =>
  new Set((await deliveries(endpointId, eventIds)).map(({ run }) => run));

describe('a replay of 5,000 dead deliveries', () => {
  it('is counted, sent once each, oldest first, while its progress moves', {
    timeout: 120_000,
  }, async () => {
    const endpoint = await anEndpoint();
    const eventIds = await past(endpoint, 5_000);
    const dry = await begin(endpoint, { dryRun: true });
    expect([dry.status, dry.json]).toEqual([200, { count: 5_000, complete: true }]);
    expect(service.sentReplays).toEqual([]);

    const begun = await begin(endpoint);
    expect(begun.status).toBe(202);
    expect(begun.json).toMatchObject({
      endpoint,
      state: 'running',
      status: 'dead',
      found: 0,
      sent: 0,
    });
    const { id } = begun.json;
    expect(id).toMatch(/^rpl_/);
    expect(begun.headers.get('location')).toBe(`/v1/replays/${id}`);
    // A second click while the first one runs, without a key, finds what the first one left.
    const [first] = service.sentReplays.splice(0);
    if (!first) throw new Error('nothing was sent');
    const seen: number[] = [];
    let message: DelayedReplay | undefined = first;
    while (message) {
      expect(await handle(message, 0)).toBe(true);
      const { found, sent } = await read(id);
      expect(sent).toBeLessThanOrEqual(found);
      seen.push(sent);
      message = service.sentReplays.shift();
    }
    expect(await read(id)).toMatchObject({ state: 'done', found: 5_000, sent: 5_000, skipped: 0 });
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(new Set(seen).size).toBeGreaterThan(20);
    expect(retries.map(({ eventId }) => eventId)).toEqual(eventIds);
    expect(
      retries.every(
        ({ run, attempt, cause, doubtful }) =>
          run === 2 && attempt === 2 && cause === 'replay' && doubtful,
      ),
    ).toBe(true);

    const again = await begin(endpoint);
    await drain();
    expect(await read(again.json.id)).toMatchObject({ state: 'done', found: 0, sent: 0 });
    expect(retries).toHaveLength(5_000);
  });
});

describe('a replay', () => {
  it('opens a new run, which keeps what was recorded', async () => {
    const endpoint = await anEndpoint();
    const [eventId = ''] = await past(endpoint, 1);
    await begin(endpoint);
    await drain();
    const [delivery] = await deliveries(endpoint, [eventId]);
    expect(delivery).toMatchObject({
      state: 'waiting',
      run: 2,
      attemptsBeforeRun: 1,
      nextCause: 'replay',
    });
    expect(delivery?.attempts).toHaveLength(1);
    expect(delivery?.deadlineAtMs).toBeGreaterThan(service.clock.nowMs + 39 * 24 * HOUR_MS);
  });

  it('is of what the range, the status and the types say, at this endpoint', async () => {
    const [endpoint, other] = [await anEndpoint(), await anEndpoint()];
    const dead = await past(endpoint, 60);
    const closed = await past(endpoint, 3, { eventType: 'dossier.closed' });
    const early = await past(endpoint, 4, { atMs: service.clock.nowMs - 3 * HOUR_MS });
    const delivered = await past(endpoint, 130, { state: 'delivered' });
    await past(endpoint, 5, { state: 'cancelled' });
    await past(endpoint, 6, { state: 'waiting' });
    await past(other, 7);
    const count = async (more: object) =>
      (await begin(endpoint, { ...more, dryRun: true })).json.count;
    expect(await count({})).toBe(63);
    expect(await count({ since: hoursAgo(4) })).toBe(67);
    expect(await count({ since: hoursAgo(4), until: hoursAgo(2) })).toBe(4);
    expect(await count({ types: ['dossier.closed', 'x'] })).toBe(3);
    expect(await count({ types: ['dossier.*'] })).toBe(63);
    expect(await count({ status: 'delivered' })).toBe(130);
    expect(await count({ status: 'cancelled' })).toBe(5);
    expect(await count({ status: 'any' })).toBe(198);
    expect(await count({ status: 'any', types: ['*.closed'] })).toBe(3);

    await begin(endpoint, { status: 'delivered' });
    await drain();
    expect(retries.map(({ eventId }) => eventId)).toEqual(delivered);
    retries = [];
    await begin(endpoint, { types: ['dossier.closed'], until: hoursAgo(0.5) });
    await drain();
    expect(retries.map(({ eventId }) => eventId)).toEqual(closed);
    expect(await runsOf(endpoint, [...dead, ...early])).toEqual(new Set([1]));
  });

  it('ends where it was asked for: what dies again meanwhile is not sent again', async () => {
    const endpoint = await anEndpoint();
    const eventIds = await past(endpoint, 250);
    const { id } = (await begin(endpoint)).json;
    onRetries = async () => {
      const before = await deliveries(endpoint, eventIds);
      const dying = before.filter(({ state }) => state === 'waiting');
      await service.ledger.putDeliveries(dying.map((one) => ({ ...one, state: 'dead' })));
    };
    await drain(0);
    expect(await read(id)).toMatchObject({ state: 'done', found: 250, sent: 250 });
    expect(await runsOf(endpoint, eventIds)).toEqual(new Set([2]));
  });

  // Regression: what another replay had opened was sent, and counted, a second time.
  it('shares with another at the same time: each delivery is sent by one of them', async () => {
    const endpoint = await anEndpoint();
    const eventIds = await past(endpoint, 420);
    const ids = [(await begin(endpoint)).json.id, (await begin(endpoint)).json.id];
    for (;;) {
      const messages = service.sentReplays.splice(0);
      if (messages.length === 0) break;
      await Promise.all(messages.map((message) => handle(message, 0)));
    }
    const [first, second] = [await read(ids[0]), await read(ids[1])];
    expect([first.state, second.state]).toEqual(['done', 'done']);
    expect(first.sent + second.sent).toBe(420);
    expect(retries.map(({ eventId }) => eventId).sort()).toEqual(eventIds);
    expect(await runsOf(endpoint, eventIds)).toEqual(new Set([2]));
  });

  it('leaves alone what moved on after it was found', async () => {
    const endpoint = await anEndpoint();
    const [eventId = ''] = await past(endpoint, 1);
    const { id } = (await begin(endpoint)).json;
    const message = service.sentReplays.shift();
    expect(message && (await handle(message, 0))).toBe(true);
    const [found] = await deliveries(endpoint, [eventId]);
    if (!found) throw new Error('it is not there');
    const retried: Delivery = {
      ...found,
      state: 'waiting',
      run: 2,
      attemptsBeforeRun: 1,
      nextCause: 'manual',
    };
    expect(await service.ledger.openRun(retried, 1)).toBe(true);
    await drain();
    expect(await read(id)).toMatchObject({ state: 'done', found: 1, sent: 0, skipped: 1 });
    expect(retries).toEqual([]);
  });

  it('ends when its endpoint is deleted', async () => {
    const endpoint = await anEndpoint();
    await past(endpoint, 250);
    const { id } = (await begin(endpoint)).json;
    const message = service.sentReplays.shift();
    if (message) await handle(message, 0);
    await service.acme('DELETE', `/v1/endpoints/${endpoint}`);
    await drain();
    expect(await read(id)).toMatchObject({
      state: 'cancelled',
      cancelledBy: 'endpoint_deleted',
      sent: 0,
    });
    expect((await begin(endpoint)).status).toBe(404);
  });
});

describe('a message', () => {
  it('that comes twice at the same time opens each run once, and the count is right', async () => {
    const endpoint = await anEndpoint();
    const eventIds = await past(endpoint, 420);
    const { id } = (await begin(endpoint)).json;
    const [message] = service.sentReplays.splice(0);
    if (!message) throw new Error('nothing was sent');
    expect(await Promise.all([handle(message), handle(message)])).toEqual([true, true]);
    // The one that lost looks again later, and finds the work done; so does the replay itself, for what died late.
    expect(service.sentReplays.every(({ delaySeconds }) => [30, 60].includes(delaySeconds))).toBe(
      true,
    );
    await drain();
    expect(await read(id)).toMatchObject({ state: 'done', found: 420, sent: 420, skipped: 0 });
    expect(await runsOf(endpoint, eventIds)).toEqual(new Set([2]));
    expect(new Set(retries.map(({ eventId }) => eventId)).size).toBe(420);
  });

  it('that comes back after a crash goes on where it was', async () => {
    const endpoint = await anEndpoint();
    const eventIds = await past(endpoint, 420);
    const { id } = (await begin(endpoint)).json;
    const [message] = service.sentReplays.splice(0);
    if (!message) throw new Error('nothing was sent');
    let calls = 0;
    onRetries = async () => {
      if (++calls === 3) throw new Error('killed after the runs were opened');
    };
    expect(await handle(message)).toBe(false);
    expect((await read(id)).state).toBe('running');
    // It is older than what stands in the ledger: first it looks whether somebody else is at it.
    expect(await handle(message)).toBe(true);
    expect(service.sentReplays).toMatchObject([{ delaySeconds: 30 }]);
    await drain();
    expect(await read(id)).toMatchObject({ state: 'done', found: 420, sent: 420, skipped: 0 });
    expect(retries.map(({ eventId }) => eventId)).toEqual(eventIds);
  });

  it('whose successor could not be sent comes back and takes over', async () => {
    const endpoint = await anEndpoint();
    await past(endpoint, 250);
    const { id } = (await begin(endpoint)).json;
    const [message] = service.sentReplays.splice(0);
    if (!message) throw new Error('nothing was sent');
    onReplays = async () => {
      throw new Error('killed before handing on');
    };
    expect(await handle(message, 0)).toBe(false);
    onReplays = async () => undefined;
    expect(await handle(message, 0)).toBe(true);
    await drain(0);
    expect(await read(id)).toMatchObject({ state: 'done', found: 250, sent: 250 });
    expect(retries).toHaveLength(250);
  });
});

describe('an idempotency key', () => {
  it('starts one replay, however often it is sent', async () => {
    const endpoint = await anEndpoint();
    await past(endpoint, 30);
    const since = hoursAgo(2);
    const send = (more: object = {}) =>
      begin(endpoint, { since, ...more }, { 'idempotency-key': 'recover-1' });
    const answers = await Promise.all([send(), send(), send()]);
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
    const ids = new Set(answers.map(({ json }) => json.id));
    expect(ids.size).toBe(1);
    await drain();
    service.clock.nowMs += A_MINUTE;
    const late = await send();
    expect(late.json).toMatchObject({ state: 'done', found: 30, sent: 30 });
    expect(service.sentReplays).toEqual([]);
    expect(retries).toHaveLength(30);
    expect((await send({ status: 'any' })).status).toBe(409);
    expect((await begin(endpoint, { since })).json.id).not.toBe(late.json.id);
  });

  it('finds its replay even if the first one died before it was stored', async () => {
    const endpoint = await anEndpoint();
    await past(endpoint, 3);
    const since = hoursAgo(2);
    const real = service.replays.putReplayOnce;
    service.replays.putReplayOnce = async () => {
      throw new Error('killed');
    };
    const send = () => begin(endpoint, { since }, { 'idempotency-key': 'recover-2' });
    const logged = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect((await send()).status).toBe(500);
    logged.mockRestore();
    service.replays.putReplayOnce = real;
    const { id } = (await send()).json;
    await drain();
    expect(await read(id)).toMatchObject({ state: 'done', sent: 3 });
  });
});

describe('cancelling', () => {
  it('stops a replay after the page that is on its way', async () => {
    const endpoint = await anEndpoint();
    await past(endpoint, 450);
    const { id } = (await begin(endpoint)).json;
    let calls = 0;
    onRetries = async () => {
      if (++calls < 2) return;
      const answer = await service.acme('POST', `/v1/replays/${id}/cancel`);
      expect([answer.status, answer.json.state]).toEqual([200, 'cancelled']);
    };
    await drain();
    const after = await read(id);
    expect(after).toMatchObject({ state: 'cancelled', cancelledBy: 'user', sent: retries.length });
    expect(after.sent).toBeLessThan(450);
    expect(after.finishedAt).not.toBeNull();
    const again = await service.acme('POST', `/v1/replays/${id}/cancel`);
    expect([again.status, again.json]).toEqual([200, after]);
  });

  it('what is done is 409', async () => {
    const { id } = (await begin(await anEndpoint())).json;
    await drain();
    expect((await service.acme('POST', `/v1/replays/${id}/cancel`)).status).toBe(409);
  });
});

describe('bad input', () => {
  it.each<[string, object, string[]]>([
    ['no time', { since: undefined }, ['/since']],
    ['a date without a time', { since: '2026-01-31' }, ['/since']],
    ['a time in the future', { since: '2999-01-01T00:00:00Z' }, ['/since']],
    ['an end before the beginning', { until: '2001-01-01T00:00:00Z' }, ['/until']],
    ['what is under way', { status: 'waiting' }, ['/status']],
    ['a bad type', { types: ['a b'] }, ['/types/0']],
    ['an unknown field', { pace: 1 }, ['/pace']],
    ['no endpoint', { endpoint: undefined }, ['/endpoint']],
    ['an endpoint that is none', { endpoint: 7 }, ['/endpoint']],
    ['a wish that is none', { dryRun: 'yes' }, ['/dryRun']],
  ])('%s is 422 by its path', async (_, more, paths) => {
    const answer = await begin(await anEndpoint(), more);
    expect(answer.status).toBe(422);
    expect(answer.json.errors.map(({ path }: { path: string }) => path)).toEqual(paths);
    expect(service.sentReplays).toEqual([]);
  });

  it('is an idempotency key of other characters', async () => {
    expect((await begin(await anEndpoint(), {}, { 'idempotency-key': 'ü' })).status).toBe(422);
  });
});

describe('another tenant’s and the other environment’s', () => {
  const strangers = () => [service.globex, service.acmeTest];
  const shape = ({ status, json }: Awaited<ReturnType<Ask>>) => ({
    status,
    json: { ...json, requestId: undefined },
  });

  it('replays look like ones that do not exist', async () => {
    const { id } = (await begin(await anEndpoint())).json;
    for (const [method, path] of [
      ['GET', (of: string) => `/v1/replays/${of}`],
      ['POST', (of: string) => `/v1/replays/${of}/cancel`],
    ] as const) {
      const none = shape(await service.acme(method, path('rpl_01h455vb4pex5vsknk084sn02q')));
      expect(none.status).toBe(404);
      for (const ask of strangers()) expect(shape(await ask(method, path(id)))).toEqual(none);
      for (const bad of ['x', 'ep_01h455vb4pex5vsknk084sn02q', '%00', '../nothing']) {
        const { status } = await service.acme(method, path(bad));
        expect(status).toBe(404);
      }
    }
    expect((await read(id)).state).toBe('running');
  });

  it.each([true, false])('endpoints cannot be replayed (dry run: %s)', async (dryRun) => {
    const endpoint = await anEndpoint();
    await past(endpoint, 3);
    const body = (of: string) => ({ endpoint: of, since: hoursAgo(2), dryRun });
    const none = shape(
      await service.acme('POST', '/v1/replays', body('ep_01h455vb4pex5vsknk084sn02q')),
    );
    expect(none.status).toBe(404);
    for (const ask of strangers()) {
      expect(shape(await ask('POST', '/v1/replays', body(endpoint)))).toEqual(none);
    }
    expect(service.sentReplays).toEqual([]);
  });

  it('need scopes', async () => {
    const { id } = (await begin(await anEndpoint())).json;
    const reader = await service.keyOf('acme', 'live', ['deliveries:read']);
    expect((await reader('GET', `/v1/replays/${id}`)).status).toBe(200);
    expect((await reader('POST', `/v1/replays/${id}/cancel`)).status).toBe(403);
    expect((await reader('POST', '/v1/replays', {})).status).toBe(403);
    const producer = await service.keyOf('acme', 'live', ['events:write']);
    expect((await producer('GET', `/v1/replays/${id}`)).status).toBe(403);
  });
});

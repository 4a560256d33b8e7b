import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { freshDelivery, LOST_AFTER_MS } from '../../lambdas/core/deliveries/advance.ts';
import type { Delivery } from '../../lambdas/core/deliveries/delivery.ts';
import type { Claim } from '../../lambdas/core/deliveries/ledger.ts';
import type { DelayedMessage } from '../../lambdas/core/deliveries/message.ts';
import {
  type DeliveryMessage,
  encodeDeliveryMessage,
} from '../../lambdas/core/deliveries/message.ts';
import type { Rate } from '../../lambdas/core/endpoints/rate-limit.ts';
import { deliveryIdOf } from '../../lambdas/core/identifiers.ts';
import type { OutgoingRequest } from '../../lambdas/core/requests/sender.ts';
import type { Outcome } from '../../lambdas/core/retries/outcome.ts';
import { settingsSchema } from '../../lambdas/core/settings.ts';
import { DAY_MS } from '../../lambdas/core/time.ts';
import { nextLookMs } from '../../lambdas/core/wakes/look.ts';
import { type DispatchPorts, dispatch } from '../../lambdas/dispatch/dispatch.ts';
import { formRequest } from '../../lambdas/dispatch/request.ts';
import { anEndpoint } from '../builders/endpoints.ts';
import { anEvent, ENDPOINT_ID, EVENT_ID, NOON_MS } from '../builders/events.ts';
import { answered, failed } from '../builders/outcomes.ts';
import { fixedSurroundings, only, redriven, sqsRecord } from '../builders/ports.ts';

const settings = settingsSchema.parse({});
const event = anEvent();
const endpoint = anEndpoint();

const first: DeliveryMessage = {
  eventId: EVENT_ID,
  endpointId: ENDPOINT_ID,
  tenant: 'acme',
  environment: 'live',
  run: 1,
  attempt: 1,
  cause: 'first',
  doubtful: false,
};
const second: DeliveryMessage = { ...first, attempt: 2, cause: 'immediate', doubtful: true };
const record = (message: DeliveryMessage, receiveCount = 1, id?: string) =>
  sqsRecord(encodeDeliveryMessage(message), receiveCount, id);

/** Everything that a call may do, written down. */
let sent: OutgoingRequest[];
let puts: Delivery[];
let recorded: Delivery[];
let retries: DelayedMessage[];
let wakes: number[];
let notes: number[];
let postponed: number[];
let wakesSent: number;
let claims: number;
let outcome: Outcome;
let claim: Claim;
let isOwn: boolean;
let surroundings: ReturnType<typeof fixedSurroundings>;

beforeEach(() => {
  sent = [];
  puts = [];
  recorded = [];
  retries = [];
  wakes = [];
  notes = [];
  postponed = [];
  wakesSent = 0;
  claims = 0;
  outcome = answered(204);
  claim = { kind: 'missing' };
  isOwn = true;
  surroundings = fixedSurroundings();
});

function ports(changes: Partial<DispatchPorts> = {}): DispatchPorts {
  return only<DispatchPorts>({
    ledger: only<DispatchPorts['ledger']>({
      getEvents: async () => new Map([[EVENT_ID, { event, targets: [ENDPOINT_ID] }]]),
      getDeliveries: async () => new Map(),
      putDeliveryOnce: async (delivery) => {
        puts.push(delivery);
        return isOwn;
      },
      claim: async () => {
        claims++;
        return claim;
      },
      recordClaimed: async (delivery) => {
        if (isOwn) recorded.push(delivery);
        return isOwn;
      },
      settle: async (delivery, state) => {
        recorded.push({ ...delivery, state });
        return true;
      },
    }),
    endpoints: async () =>
      new Map([[ENDPOINT_ID, { endpoint, tenantName: 'Acme', secrets: ['s'.repeat(24)] }]]),
    queues: {
      sendRetries: async (messages) => {
        retries.push(...messages);
        return new Set();
      },
      postpone: async (_queue, _handle, seconds) => {
        postponed.push(seconds);
      },
      sendWakes: async (messages) => {
        wakesSent += messages.length;
        return new Set();
      },
    },
    wakes: only<DispatchPorts['wakes']>({
      ensure: async (_endpoint, dueAtMs) => {
        wakes.push(dueAtMs);
      },
      note: async (_endpoint, atMs) => {
        notes.push(atMs);
      },
    }),
    health: only<DispatchPorts['health']>({
      maySend: async () => true,
      report: async () => undefined,
    }),
    events: only<DispatchPorts['events']>({ tellDead: async () => undefined }),
    form: formRequest,
    watchSlow: (_endpoint, request) => request(),
    sender: {
      send: async (request) => {
        sent.push(request);
        return { outcome, startedAtMs: surroundings.now(), endedAtMs: surroundings.now() };
      },
    },
    surroundings,
    settings,
    writeDelivered: async (delivery) => {
      puts.push(delivery);
    },
    report: () => undefined,
    warn: () => undefined,
    ...changes,
  });
}

const waiting = (changes: Partial<Delivery> = {}): Delivery => ({
  ...freshDelivery(event, ENDPOINT_ID, settings, NOON_MS),
  ...changes,
});

describe('the fast path', () => {
  it('sends, and writes what was delivered, without a claim', async () => {
    expect(await dispatch(ports(), [record(first)], 'deliveries', 'r')).toEqual([]);
    expect(sent).toHaveLength(1);
    expect(puts).toMatchObject([
      { state: 'delivered', attempts: [{ number: 1, outcome: 'http_204' }] },
    ]);
    expect([claims, retries.length]).toEqual([0, 0]);
  });

  it('writes down what the archive wants to know, and of the attempt that was made alone', async () => {
    const salt = Buffer.alloc(16, 3);
    const { ledger } = ports();
    const getEvents = async () =>
      new Map([[EVENT_ID, { event: { ...event, salt }, targets: [ENDPOINT_ID] }]]);
    const sender = {
      send: async (request: OutgoingRequest) => {
        sent.push(request);
        const nowMs = surroundings.now();
        return { outcome, startedAtMs: nowMs, endedAtMs: nowMs, bytes: 17 };
      },
    };
    const salted = ports({ ledger: { ...ledger, getEvents }, sender });
    await dispatch(salted, [record(first)], 'slow', 'r');
    const [request] = sent;
    const expected = createHmac('sha256', salt)
      .update(request?.body ?? '')
      .digest('base64url');
    expect(puts[0]?.lastSent).toEqual({ bytes: 17, isSlow: true, bodyHash: expected });
    // The next one's event was redacted, or is from before there were salts.
    const before = waiting({ lastSent: { bytes: 1, bodyHash: 'of another' } });
    claim = { kind: 'claimed', delivery: { ...before, attempts: puts[0]?.attempts ?? [] } };
    await dispatch(ports({ sender }), [record(second)], 'retries', 'r');
    expect(recorded[0]?.lastSent).toEqual({ bytes: 17 });
  });

  it('after a failure writes the delivery as waiting and sends the message of its retry', async () => {
    outcome = answered(500);
    await dispatch(ports(), [record(first)], 'deliveries', 'r');
    expect(puts).toMatchObject([{ state: 'waiting', nextCause: 'immediate', dueAtMs: NOON_MS }]);
    expect(retries).toMatchObject([{ delaySeconds: 0, message: { attempt: 2, doubtful: true } }]);
  });

  describe('that is to be retried at once', () => {
    const asked: string[] = [];
    const tripped = only<DispatchPorts['health']>({
      // Tripped by what failed while this request was under way.
      maySend: async ({ cause }) => {
        asked.push(cause);
        return cause === 'first';
      },
      report: async () => undefined,
    });

    it('rests where its endpoint was tripped meanwhile, without a message', async () => {
      outcome = answered(500);
      expect(
        await dispatch(ports({ health: tripped }), [record(first)], 'deliveries', 'r'),
      ).toEqual([]);
      expect(asked).toEqual(['first', 'immediate']);
      expect(puts).toMatchObject([{ state: 'waiting', dueAtMs: NOON_MS, workAtMs: NOON_MS }]);
      expect(retries).toEqual([]);
    });

    it('rests as well when the message comes back after a crash', async () => {
      outcome = answered(500);
      await dispatch(ports({ health: tripped }), [record(first)], 'deliveries', 'r');
      const [resting] = puts;
      const getDeliveries = async () =>
        new Map(resting ? [[deliveryIdOf(EVENT_ID, ENDPOINT_ID), resting]] : []);
      const { ledger } = ports();
      await dispatch(
        ports({ ledger: { ...ledger, getDeliveries } }),
        [record(first, 2)],
        'deliveries',
        's',
      );
      expect([sent.length, retries.length, wakes.length]).toEqual([1, 0, 0]);
    });

    it('goes on as usual where the health cannot be read: the request is not made twice', async () => {
      outcome = answered(500);
      const health = only<DispatchPorts['health']>({
        maySend: async ({ cause }) => {
          if (cause === 'immediate') throw new Error('throttled');
          return true;
        },
        report: async () => undefined,
      });
      expect(await dispatch(ports({ health }), [record(first)], 'deliveries', 'r')).toEqual([]);
      expect([sent.length, puts.length, retries.length]).toEqual([1, 1, 1]);
    });
  });

  it('sends no retry of its own when another message brought the delivery further', async () => {
    outcome = answered(500);
    isOwn = false;
    expect(await dispatch(ports(), [record(first)], 'deliveries', 'r')).toEqual([]);
    expect(retries).toEqual([]);
  });
});

describe('the doubtful path', () => {
  it.each([
    ['a message that was received before', record(first, 2)],
    ['a repeat of the producer', record({ ...first, doubtful: true })],
    ['a retry', record(second)],
    ['a dead letter that was sent back', redriven(record(first))],
  ])('claims the delivery before it sends: %s', async (_, one) => {
    claim = { kind: 'claimed', delivery: waiting() };
    expect(await dispatch(ports(), [one], 'retries', 'r')).toEqual([]);
    expect(claims).toBe(1);
    expect(sent).toHaveLength(1);
    expect(recorded).toMatchObject([{ state: 'delivered' }]);
  });

  it('does not send what is on record', async () => {
    claim = { kind: 'past', delivery: waiting({ state: 'delivered', recordedBy: 'other/r' }) };
    expect(await dispatch(ports(), [record(first, 2)], 'deliveries', 'r')).toEqual([]);
    expect(sent).toEqual([]);
  });

  it('repeats the effects of an attempt that its own message recorded before it died', async () => {
    const delivery = waiting({
      attempts: [
        { number: 1, run: 1, cause: 'first', atMs: NOON_MS, durationMs: 1, outcome: 'http_500' },
      ],
      dueAtMs: NOON_MS + 60_000,
      nextCause: 'curve',
      recordedBy: 'mine/earlier',
    });
    claim = { kind: 'past', delivery };
    await dispatch(ports(), [record(first, 2, 'mine')], 'deliveries', 'r');
    expect(sent).toEqual([]);
    expect(retries).toMatchObject([{ delaySeconds: 60, message: { attempt: 2 } }]);
  });

  it('repeats the effects of what may be recorded by another copy of a dead letter', async () => {
    const ended = { number: 1, run: 1, cause: 'first', atMs: NOON_MS, durationMs: 1 } as const;
    const delivery = waiting({
      attempts: [{ ...ended, outcome: 'http_500' }],
      dueAtMs: NOON_MS + 60_000,
      nextCause: 'curve',
      recordedBy: 'another copy/earlier',
    });
    const known = new Map([[deliveryIdOf(EVENT_ID, ENDPOINT_ID), delivery]]);
    const ledger = { ...ports().ledger, getDeliveries: async () => known };
    await dispatch(ports({ ledger }), [redriven(record(first))], 'deliveries', 'r');
    expect(sent).toEqual([]);
    expect(retries).toMatchObject([{ delaySeconds: 60, message: { attempt: 2 } }]);
  });

  it('leaves the effects alone of an attempt that another message recorded', async () => {
    claim = { kind: 'past', delivery: waiting({ recordedBy: 'another/earlier' }) };
    await dispatch(ports(), [record(first, 2, 'mine')], 'deliveries', 'r');
    expect([sent.length, retries.length, wakes.length]).toEqual([0, 0, 0]);
  });

  it('hides the message while another holds the lease, and looks again when it has ended', async () => {
    claim = { kind: 'held', untilMs: NOON_MS + 7_500 };
    const one = record(first, 2);
    const failures = await dispatch(ports(), [one], 'deliveries', 'r');
    expect(failures).toMatchObject([{ messageId: one.messageId, error: { code: 'lease_held' } }]);
    expect(postponed).toEqual([9]);
    expect(sent).toEqual([]);
  });

  it('comes back when the delivery is not there yet: never done', async () => {
    const failures = await dispatch(ports(), [record(second)], 'retries', 'r');
    expect(failures).toMatchObject([{ error: { code: 'not_yet_stored' } }]);
  });

  it('carries out nothing when the claim was lost while it sent', async () => {
    claim = { kind: 'claimed', delivery: waiting() };
    outcome = answered(500);
    isOwn = false;
    expect(await dispatch(ports(), [record(second)], 'retries', 'r')).toEqual([]);
    expect(sent).toHaveLength(1);
    expect([retries.length, wakes.length]).toEqual([0, 0]);
  });

  it('follows the policy from its start in a run after ten thousand attempts', async () => {
    outcome = failed('connection_refused');
    const before = { run: 10_000, cause: 'manual', atMs: NOON_MS, durationMs: 0 } as const;
    const attempts = Array.from({ length: 200 }, (_, index) => {
      return { ...before, number: 9_801 + index, outcome: 'dns' };
    });
    const delivery = waiting({ run: 10_001, attempts, attemptsBeforeRun: 10_000 });
    claim = { kind: 'claimed', delivery };
    const message = { ...second, run: 10_001, attempt: 10_001, cause: 'manual' } as const;
    await dispatch(ports(), [record(message)], 'retries', 'r');
    expect(recorded).toMatchObject([{ state: 'waiting', nextCause: 'immediate' }]);
  });

  it('does not send past the deadline: the delivery is dead', async () => {
    claim = { kind: 'claimed', delivery: waiting({ deadlineAtMs: NOON_MS }) };
    await dispatch(ports(), [record(second)], 'retries', 'r');
    expect(sent).toEqual([]);
    expect(recorded).toMatchObject([{ state: 'dead', deathReason: 'deadline' }]);
  });
});

describe('what follows from a failed attempt', () => {
  it('due within fifteen minutes is a message, and later a wake-up', async () => {
    outcome = failed('connection_refused');
    for (const [numberOfAttempts, expected] of [
      [1, [1, 0]],
      [6, [1, 1]],
    ] as const) {
      const attempts = Array.from({ length: numberOfAttempts }, (_, index) => ({
        number: index + 1,
        run: 1,
        cause: 'curve' as const,
        atMs: NOON_MS,
        durationMs: 0,
        outcome: 'dns',
      }));
      claim = { kind: 'claimed', delivery: waiting({ attempts, anchorMs: NOON_MS }) };
      const message = { ...second, attempt: numberOfAttempts + 1 };
      await dispatch(ports(), [record(message)], 'retries', 'r');
      expect([retries.length, wakes.length]).toEqual(expected);
    }
    expect(wakes).toEqual([NOON_MS + 32 * 60_000]);
  });

  // Regression: SQS dropped the message after 14 days, and nothing looked for the delivery any more.
  it('is looked for the day after, should its message be lost', async () => {
    outcome = answered(500);
    const lookMs = nextLookMs(ENDPOINT_ID, NOON_MS);
    for (const [beforeMs, expected] of [
      [DAY_MS / 2, lookMs],
      [LOST_AFTER_MS + 1, lookMs],
      [LOST_AFTER_MS, nextLookMs(ENDPOINT_ID, lookMs)],
    ] as const) {
      surroundings.nowMs = lookMs - beforeMs;
      await dispatch(ports(), [record(first)], 'deliveries', 'r');
      expect(notes.at(-1)).toBe(expected);
    }
  });

  it('comes back when its message could not be sent', async () => {
    outcome = answered(500);
    const queues = { ...ports().queues, sendRetries: async () => new Set([0]) };
    const failures = await dispatch(ports({ queues }), [record(first)], 'deliveries', 'r');
    expect(failures).toMatchObject([{ error: { code: 'partly_refused' } }]);
  });
});

describe('an endpoint with a rate limit', () => {
  const messages = ['a', 'b', 'c'].map((id) => ({ ...first, eventId: `evt_${id}` }));

  /** Three messages, the last of them released. @returns which were put to rest, and what failed */
  async function batchAt(
    rate: Rate,
    { isOvertaken = false, failingRest = '' }: { isOvertaken?: boolean; failingRest?: string } = {},
  ) {
    const rested: string[] = [];
    const { ledger } = ports();
    const limited = { ...endpoint, maxPerSecond: 1 };
    const changed = ports({
      ledger: only<DispatchPorts['ledger']>({
        getEvents: async () =>
          new Map(
            messages.map(({ eventId: id }) => [id, { event: { ...event, id }, targets: [] }]),
          ),
        getDeliveries: ledger.getDeliveries,
        rest: async ({ ref }) => {
          if (ref.eventId === failingRest) throw new Error('throttled');
          rested.push(ref.eventId);
        },
      }),
      wakes: only<DispatchPorts['wakes']>({ note: async () => undefined }),
      endpoints: async () =>
        new Map([
          [ENDPOINT_ID, { endpoint: limited, tenantName: 'Acme', secrets: ['s'.repeat(24)] }],
        ]),
      rates: {
        getRate: async () => rate,
        reserveSlots: async (_endpoint, _use, { seenMs }) =>
          isOvertaken ? undefined : Math.max(seenMs, NOON_MS),
      },
    });
    const records = messages.map((message, index) => record({ ...message, released: index === 2 }));
    const failures = await dispatch(changed, records, 'retries', 'r');
    const failedIds = failures.map(({ messageId }) => messageId);
    return {
      rested,
      failed: messages.filter((_, at) => failedIds.includes(records[at]?.messageId ?? '')),
    };
  }

  it.each<[string, Rate, string[], number]>([
    ['idle', { sent: 0, released: 0 }, ['evt_c'], 1],
    ['used up for half a second', { sent: NOON_MS + 500, released: 0 }, ['evt_b', 'evt_c'], 1],
    ['used up', { sent: NOON_MS + 5_000, released: 0 }, ['evt_a', 'evt_b', 'evt_c'], 1],
    ['releasing for a while', { sent: 0, released: NOON_MS + 80_000 }, ['evt_a', 'evt_b'], 0],
    ['at the end of its release', { sent: 0, released: NOON_MS + 5_000 }, ['evt_a', 'evt_b'], 1],
  ])('rests what finds no slot and asks for one wake-up: %s', async (_, rate, resting, woken) => {
    expect(await batchAt(rate)).toEqual({ rested: resting, failed: [] });
    expect(sent).toHaveLength(3 - resting.length);
    expect(wakesSent).toBe(woken);
  });

  it('rests what lost its slots to others again and again', async () => {
    const { rested } = await batchAt({ sent: 0, released: 0 }, { isOvertaken: true });
    expect([rested.length, sent.length, wakesSent]).toEqual([3, 0, 1]);
  });

  it('has all of it come back that should have been put to rest, and only that', async () => {
    const { failed } = await batchAt(
      { sent: NOON_MS + 500, released: 0 },
      { failingRest: 'evt_b' },
    );
    expect(failed).toEqual(messages.slice(1));
    expect([sent.length, wakesSent]).toEqual([1, 0]);
  });
});

describe('a batch', () => {
  it('fails a poison message alone', async () => {
    const poison = sqsRecord('{}');
    const failures = await dispatch(ports(), [poison, record(first)], 'deliveries', 'r');
    expect(failures.map(({ messageId }) => messageId)).toEqual([poison.messageId]);
    expect(sent).toHaveLength(1);
  });

  it('fails alone what is of an event that is not stored yet, or of an unknown endpoint', async () => {
    const early = record({ ...first, eventId: 'evt_early' });
    const stray = record({ ...first, endpointId: 'ep_stray' });
    const failures = await dispatch(ports(), [early, record(first), stray], 'deliveries', 'r');
    expect(failures.map(({ messageId }) => messageId).sort()).toEqual(
      [early.messageId, stray.messageId].sort(),
    );
    expect(sent).toHaveLength(1);
  });

  it('cancels what is for a deleted endpoint, without an attempt', async () => {
    const deleted = {
      isDeleted: true as const,
      endpoint: { ...endpoint, deletedAtMs: NOON_MS - 1 },
    };
    const endpoints = async () => new Map([[ENDPOINT_ID, deleted]]);
    expect(await dispatch(ports({ endpoints }), [record(first)], 'deliveries', 'r')).toEqual([]);
    expect(sent).toEqual([]);
    expect(recorded).toMatchObject([{ state: 'cancelled' }]);
  });
});

describe('a delivery to an endpoint whose URL is not proved', () => {
  it('is held by the endpoint alone', async () => {
    const rested: unknown[] = [];
    const own = ports();
    const unproved = { ...endpoint, verifyUrl: true };
    const secrets = ['s'.repeat(24)] as const;
    const failed = await dispatch(
      {
        ...own,
        endpoints: async () =>
          new Map([[ENDPOINT_ID, { endpoint: unproved, tenantName: 'Acme', secrets, keys: [] }]]),
        ledger: { ...own.ledger, rest: async (asked) => void rested.push(asked) },
        health: { ...own.health, maySend: async (_message, { verifyUrl }) => verifyUrl !== true },
      },
      [record(first)],
      'deliveries',
      'r',
    );
    expect({ failed, sent, rested: rested.length }).toEqual({ failed: [], sent: [], rested: 1 });
  });
});

describe('when certificates expire', () => {
  const expiresAtMs = NOON_MS + 20 * DAY_MS;
  const clientExpiresAtMs = NOON_MS + 300 * DAY_MS;
  type Told = Parameters<DispatchPorts['events']['tellExpiring']>;
  let told: Told[];
  beforeEach(() => {
    told = [];
  });

  /** @param shown what each request's connection showed, in their order */
  function withCertificates(shown: readonly (number | undefined)[], open: object = {}) {
    const all = [...shown];
    const own = ports();
    return ports({
      endpoints: async () =>
        new Map([
          [ENDPOINT_ID, { endpoint, tenantName: 'Acme', secrets: ['s'.repeat(24)], ...open }],
        ]),
      sender: {
        send: async (request) => {
          const certificateExpiresAtMs = all.shift();
          return {
            ...(await own.sender.send(request)),
            ...(certificateExpiresAtMs !== undefined && { certificateExpiresAtMs }),
          };
        },
      },
      events: only<DispatchPorts['events']>({
        tellDead: async () => undefined,
        tellExpiring: async (...given) => void told.push(given),
      }),
    });
  }

  it.each([
    [
      'the receiver’s, however far off',
      [clientExpiresAtMs],
      {},
      { receiverExpiresAtMs: clientExpiresAtMs },
    ],
    [
      'the receiver’s and the client’s',
      [expiresAtMs],
      { clientExpiresAtMs },
      { receiverExpiresAtMs: expiresAtMs, clientExpiresAtMs },
    ],
    [
      'the client’s alone where there is no TLS to see',
      [undefined],
      { clientExpiresAtMs },
      { clientExpiresAtMs },
    ],
  ])('is told after an attempt: %s', async (_, shown, open, expiry) => {
    await dispatch(withCertificates(shown, open), [record(first)], 'deliveries', 'r');
    const address = { tenant: 'acme', environment: 'live', endpointId: ENDPOINT_ID };
    expect(told).toEqual([[address, expiry]]);
  });

  it('is told after a failure as well, since the connection showed it', async () => {
    outcome = answered(500);
    await dispatch(withCertificates([expiresAtMs]), [record(first)], 'deliveries', 'r');
    expect(told).toMatchObject([[{}, { receiverExpiresAtMs: expiresAtMs }]]);
  });

  it('is not told where no connection showed any', async () => {
    await dispatch(withCertificates([undefined]), [record(first)], 'deliveries', 'r');
    expect([sent.length, told]).toEqual([1, []]);
  });

  it('is not told of a deleted endpoint, nor where nothing was sent', async () => {
    const deleted = { isDeleted: true, endpoint: { ...endpoint, deletedAtMs: NOON_MS - 1 } };
    await dispatch(
      withCertificates([expiresAtMs], { ...deleted, clientExpiresAtMs }),
      [record(first)],
      'deliveries',
      'r',
    );
    expect([sent, told]).toEqual([[], []]);
  });

  it('that cannot be told fails no delivery', async () => {
    const warned: string[] = [];
    const failing = {
      ...withCertificates([expiresAtMs]),
      events: only<DispatchPorts['events']>({
        tellDead: async () => undefined,
        tellExpiring: () => Promise.reject(new Error('down')),
      }),
      warn: (message: string) => void warned.push(message),
    };
    expect(await dispatch(failing, [record(first)], 'deliveries', 'r')).toEqual([]);
    expect([puts.length, warned]).toEqual([
      1,
      ['a certificate that expires could not be reported'],
    ]);
  });
});

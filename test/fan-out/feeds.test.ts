import { describe, expect, it } from 'vitest';
import type { Queues } from '../../lambdas/adapters/queues/queues.ts';
import type { Event } from '../../lambdas/core/events/event.ts';
import type { EventLedger, StoredEvent } from '../../lambdas/core/events/ledger.ts';
import { encodeEventMessage } from '../../lambdas/core/events/message.ts';
import { scopeKey } from '../../lambdas/core/scope.ts';
import type { Subscriber } from '../../lambdas/core/subscriptions/subscriber.ts';
import { type FanOutPorts, fanOut } from '../../lambdas/fan-out/fan-out.ts';
import { createCallCounts } from '../../local/simulation/memory/call-counts.ts';
import { createMemoryLedger } from '../../local/simulation/memory/ledger.ts';
import { anEvent } from '../builders/events.ts';
import { fixedSurroundings, only, redriven, sqsRecord } from '../builders/ports.ts';

const POLLING: Subscriber = { id: 'ep_polling', eventTypes: [], channels: [], polling: true };
const PUSHED: Subscriber = { id: 'ep_pushed', eventTypes: [], channels: [] };
const FEED = { tenant: 'acme', environment: 'live', endpointId: POLLING.id } as const;

function world(changes: Partial<EventLedger> = {}, subscribers = [PUSHED, POLLING]) {
  const surroundings = fixedSurroundings();
  const ledger: EventLedger = { ...createMemoryLedger(createCallCounts()), ...changes };
  const sent: string[] = [];
  const ports: FanOutPorts = {
    ledger,
    registry: {
      subscribersOf: async (scopes) =>
        new Map(scopes.map((scope) => [scopeKey(scope), subscribers])),
    },
    queues: only<Queues>({
      sendDeliveries: async (messages) => {
        sent.push(...messages.map(({ endpointId }) => endpointId));
        return new Set();
      },
    }),
    surroundings,
    settings: { feedLagSeconds: 10 },
  };
  const feed = async (endpointId: string = POLLING.id) =>
    (await ledger.readFeed({ ...FEED, endpointId }, '!', '~', 100)).entries.map(
      ({ eventId, storedAtMs }) => [eventId, storedAtMs - START_MS] as const,
    );
  return { ports, ledger, surroundings, sent, feed };
}

const START_MS = fixedSurroundings().nowMs;
const record = (event: Event, receiveCount = 1, mayRepeat = false, id?: string) =>
  sqsRecord(encodeEventMessage({ event, mayRepeat }), receiveCount, id);

describe('the polling feed', () => {
  it('gets an entry for each event of an endpoint that has one, and others cost nothing', async () => {
    const { ports, feed, sent } = world();
    const event = anEvent();
    expect(await fanOut(ports, [record(event)])).toEqual([]);
    expect(await feed()).toEqual([[event.id, 0]]);
    expect(await feed(PUSHED.id)).toEqual([]);
    expect(sent).toEqual([PUSHED.id, POLLING.id]);
  });

  it('is not touched for endpoints without one', async () => {
    let calls = 0;
    const putFeed = async () => {
      calls++;
      return new Set<number>();
    };
    const { ports } = world({ putFeed }, [PUSHED]);
    await fanOut(ports, [record(anEvent()), record(anEvent(), 2), record(anEvent(), 1, true)]);
    expect(calls).toBe(0);
  });

  it('gets no second entry when a producer repeats what is stored', async () => {
    const { ports, feed, surroundings } = world();
    const event = anEvent();
    await fanOut(ports, [record(event, 1, true)]);
    surroundings.nowMs += 5_000;
    await fanOut(ports, [record(event, 1, true)]);
    expect(await feed()).toEqual([[event.id, 0]]);
  });

  it('gets its entry from the message that comes back after a crash in between', async () => {
    const { ports, ledger, feed, surroundings } = world();
    const event = anEvent();
    // Stored, and nothing else.
    await ledger.putEvents([{ event, targets: [POLLING.id] }]);
    surroundings.nowMs += 60_000;
    await fanOut(ports, [record(event, 2)]);
    expect(await feed()).toEqual([[event.id, 60_000]]);
  });

  // The SDK sends a put again when its answer is lost, and then meets its own condition.
  it('gets its entry from the message whose own put looked as if it had been another’s', async () => {
    const { ports, ledger, feed } = world();
    const event = anEvent();
    const stored: StoredEvent = { event, targets: [POLLING.id], storedBy: 'm-own' };
    await ledger.putEventOnce(stored);
    await fanOut(ports, [record(event, 1, true, 'm-own')]);
    expect(await feed()).toEqual([[event.id, 0]]);
  });

  // Regression: nothing wrote it, since the copy that stored the event had another id.
  it('gets its entry from a dead letter that was sent back', async () => {
    const { ports, ledger, feed } = world();
    const event = anEvent();
    await ledger.putEventOnce({ event, targets: [POLLING.id], storedBy: 'another copy' });
    await fanOut(ports, [redriven(record(event, 1, true))]);
    expect(await feed()).toEqual([[event.id, 0]]);
  });

  it('gets an entry of a later time when the first was not acknowledged in time', async () => {
    const times: number[] = [];
    const base = world();
    const { ports, feed } = {
      ...base,
      ports: {
        ...base.ports,
        ledger: {
          ...base.ledger,
          putFeed: async (...given: Parameters<EventLedger['putFeed']>) => {
            const [entries, withinMs] = given;
            times.push(...entries.map(({ storedAtMs }) => storedAtMs - START_MS));
            expect(withinMs).toBe(5_000);
            if (times.length > 1) return base.ledger.putFeed(...given);
            base.surroundings.nowMs += withinMs;
            return new Set([0]);
          },
        },
      },
    };
    const event = anEvent();
    expect(await fanOut(ports, [record(event)])).toEqual([]);
    expect(times).toEqual([0, 5_000]);
    expect(await feed()).toEqual([[event.id, 5_000]]);
  });

  it('has its record come back when the entry cannot be written, and the push goes out', async () => {
    const { ports, sent } = world({ putFeed: async (entries) => new Set(entries.keys()) });
    const failing = record(anEvent());
    const failed = await fanOut(ports, [failing]);
    expect(failed.map(({ messageId }) => messageId)).toEqual([failing.messageId]);
    expect(sent).toEqual([PUSHED.id, POLLING.id]);
  });
});

describe('the latest event of a subject', () => {
  const at = (id: string, seconds: number, more: Partial<Event> = {}) =>
    anEvent({ id, subject: 's-1', acceptedAtMs: START_MS + seconds * 1_000, ...more });
  const scope = { tenant: 'acme', environment: 'live' } as const;

  it('is the one that happened last, in whatever order fan-out meets them', async () => {
    const { ports, ledger } = world();
    await fanOut(ports, [record(at('evt_b', 2)), record(at('evt_c', 3)), record(at('evt_a', 1))]);
    await fanOut(ports, [record(at('evt_b2', 2))]);
    expect(await ledger.findLatest(scope, 's-1')).toBe('evt_c');
    // Accepted last, but it happened first.
    const occurredAt = new Date(START_MS).toISOString();
    await fanOut(ports, [record(at('evt_d', 9, { occurredAt }))]);
    expect(await ledger.findLatest(scope, 's-1')).toBe('evt_c');
  });

  it('is written once for each subject and type of a batch, and not at all without a subject', async () => {
    const puts: string[][] = [];
    const putLatest = async (events: readonly Event[]) => {
      puts.push(events.map(({ id }) => id));
    };
    const { ports } = world({ putLatest });
    await fanOut(ports, [record(anEvent({ id: 'evt_none' }))]);
    expect(puts).toEqual([]);
    await fanOut(ports, [
      record(at('evt_a', 1)),
      record(at('evt_b', 2)),
      record(at('evt_x', 1, { type: 'dossier.closed' })),
      record(anEvent({ id: 'evt_none' })),
    ]);
    expect(puts).toEqual([['evt_b', 'evt_x']]);
  });

  it('that cannot be written brings the records of subjects back, and no others', async () => {
    const { ports } = world({
      putLatest: async () => {
        throw new Error('throttled');
      },
    });
    const records = [record(at('evt_a', 1)), record(anEvent({ id: 'evt_none' }))];
    const failed = await fanOut(ports, records);
    expect(failed.map(({ messageId }) => messageId)).toEqual([records[0]?.messageId]);
  });
});

import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Queues } from '../../lambdas/adapters/queues/queues.ts';
import type { DeliveryMessage, FirstMessage } from '../../lambdas/core/deliveries/message.ts';
import type { Event } from '../../lambdas/core/events/event.ts';
import type { EventLedger, StoredEvent } from '../../lambdas/core/events/ledger.ts';
import { encodeEventMessage } from '../../lambdas/core/events/message.ts';
import { createFilterNotices } from '../../lambdas/core/operator/filter-notices.ts';
import { scopeKey } from '../../lambdas/core/scope.ts';
import type { Subscriber } from '../../lambdas/core/subscriptions/subscriber.ts';
import { fanOut } from '../../lambdas/fan-out/fan-out.ts';
import { anEvent } from '../builders/events.ts';
import { fixedSurroundings, only, sqsRecord } from '../builders/ports.ts';

interface World {
  readonly subscribers?: readonly Subscriber[];
  /** Whether there ever were transformations. */
  readonly hadTransforms?: true;
  /** Events that stand in the ledger already. */
  readonly stored?: readonly StoredEvent[];
  readonly refusedEvents?: readonly string[];
  readonly refusedMessages?: (message: DeliveryMessage) => boolean;
}

const ALL: Subscriber = { id: 'ep_1', eventTypes: [], channels: [] };

function world({
  subscribers = [ALL],
  hadTransforms,
  stored = [],
  refusedEvents = [],
  refusedMessages,
}: World = {}) {
  const ledger = new Map(stored.map((one) => [one.event.id, one]));
  const sent: FirstMessage[] = [];
  const ports = {
    ledger: only<EventLedger>({
      putEvents: async (events) => {
        for (const one of events) {
          if (!refusedEvents.includes(one.event.id)) ledger.set(one.event.id, one);
        }
        return new Set(refusedEvents);
      },
      putEventOnce: async (one) => {
        const found = ledger.get(one.event.id) ?? one;
        ledger.set(one.event.id, found);
        return found;
      },
    }),
    registry: {
      subscribersOf: async (scopes: readonly Parameters<typeof scopeKey>[0][]) =>
        new Map(
          scopes.map((scope) => [
            scopeKey(scope),
            Object.assign([...subscribers], hadTransforms && { hadTransforms }),
          ]),
        ),
    },
    queues: only<Queues>({
      sendDeliveries: async (messages) => {
        const refused = new Set<number>();
        messages.forEach((message, index) => {
          if (refusedMessages?.(message)) refused.add(index);
          else sent.push(message);
        });
        return refused;
      },
    }),
    surroundings: fixedSurroundings(),
    settings: { feedLagSeconds: 10 },
  };
  return { ports, ledger, sent };
}

const record = (event: Event, receiveCount = 1, mayRepeat = false) =>
  sqsRecord(encodeEventMessage({ event, mayRepeat }), receiveCount);

describe('fan-out', () => {
  it('sends the event with its first attempts, unless it may have been stored before', async () => {
    const { ports, sent } = world();
    const fresh = record(anEvent());
    await fanOut(ports, [fresh, record(anEvent({ id: 'evt_2' }), 2)]);
    expect(sent.map(({ eventId, eventBody }) => [eventId, eventBody])).toEqual([
      [anEvent().id, fresh.body],
      ['evt_2', undefined],
    ]);
  });

  it('stores an event with its targets and sends one message for each', async () => {
    const subscribers = [
      { id: 'ep_1', eventTypes: ['dossier.*'], channels: [] },
      { id: 'ep_2', eventTypes: ['decision.*'], channels: [] },
      { id: 'ep_3', eventTypes: [], channels: ['eu'] },
    ];
    const { ports, ledger, sent } = world({ subscribers });
    const event = anEvent({ channels: ['eu'] });
    expect(await fanOut(ports, [record(event)])).toEqual([]);
    expect(ledger.get(event.id)).toMatchObject({ event, targets: ['ep_1', 'ep_3'] });
    expect(
      sent.map(({ endpointId, attempt, doubtful }) => [endpointId, attempt, doubtful]),
    ).toEqual([
      ['ep_1', 1, false],
      ['ep_3', 1, false],
    ]);
  });

  const transforming = { ...ALL, id: 'ep_2', transforms: true };

  it('says which endpoints had a transformation, in the event and in the messages', async () => {
    const { ports, ledger, sent } = world({
      subscribers: [ALL, transforming],
      hadTransforms: true,
    });
    await fanOut(ports, [record(anEvent())]);
    expect(ledger.get(anEvent().id)?.transformed).toEqual(['ep_2']);
    expect(sent.map(({ endpointId, transforms }) => [endpointId, transforms])).toEqual([
      ['ep_1', undefined],
      ['ep_2', true],
    ]);
  });

  // SQS hands out a message twice, each as if for the first time, and the transformation was added or removed in between.
  it.each([
    ['has one by now', true, []],
    ['has none any more', undefined, ['ep_1']],
  ])('leaves an event as it was stored first, if an endpoint %s', async (_, transforms, before) => {
    const event = anEvent();
    const first = { event, targets: ['ep_1'], transformed: before };
    const { ports, ledger, sent } = world({
      subscribers: [{ ...ALL, ...(transforms && { transforms }) }],
      hadTransforms: true,
      stored: [first],
    });
    await fanOut(ports, [record(event)]);
    expect(ledger.get(event.id)).toEqual(first);
    expect(sent.map((message) => message.transforms)).toEqual([before.length > 0 || undefined]);
  });

  // Regression: older code saved the transformation without a trace in the scope, and stored the event without a note.
  it('goes by the endpoint of now where older code stored the event', async () => {
    const event = anEvent();
    const first = { event, targets: ['ep_2'] };
    const { ports, ledger, sent } = world({ subscribers: [transforming], stored: [first] });
    await fanOut(ports, [record(event)]);
    expect(ledger.get(event.id)).toEqual(first);
    expect(sent.map((message) => message.transforms)).toEqual([true]);
  });

  it('notes that no endpoint had one', async () => {
    const { ports, ledger } = world();
    await fanOut(ports, [record(anEvent())]);
    expect(ledger.get(anEvent().id)?.transformed).toEqual([]);
  });

  it('stores an event that nobody subscribed to, and sends nothing', async () => {
    const { ports, ledger, sent } = world({ subscribers: [] });
    expect(await fanOut(ports, [record(anEvent())])).toEqual([]);
    expect(ledger.size).toBe(1);
    expect(sent).toEqual([]);
  });

  it('fails a poison message alone', async () => {
    const { ports, sent } = world();
    const poison = [sqsRecord('not JSON'), sqsRecord('{"v":2}'), sqsRecord('')];
    const failed = await fanOut(
      ports,
      [poison[0], record(anEvent()), ...poison.slice(1)].filter((one) => one !== undefined),
    );
    expect(failed.map(({ messageId }) => messageId).sort()).toEqual(
      poison.map(({ messageId }) => messageId).sort(),
    );
    expect(sent).toHaveLength(1);
  });

  // Regression: it was stored without the endpoints that have a filter, and they never got it.
  it.each<[string, Partial<Subscriber>, number]>([
    ['comes back where an endpoint has a filter', { eventTypes: [] }, 1],
    ['is stored where an endpoint with a filter wants other types', { eventTypes: ['other'] }, 2],
  ])('an event that cannot be opened %s', async (_, changes, stored) => {
    const filtered = { ...ALL, id: 'ep_2', filter: { amount: [1] }, ...changes };
    const { ports, ledger, sent } = world({ subscribers: [ALL, filtered] });
    const closed = { ...anEvent({ id: 'evt_a' }), sealedContent: Buffer.from([9, 9, 9]) };
    const [broken, well] = [record(closed), record(anEvent({ id: 'evt_b' }))];
    // What does not open is given as it is.
    const failed = await fanOut({ ...ports, open: async (events) => events }, [broken, well]);
    expect(failed).toMatchObject(
      stored === 1 ? [{ messageId: broken.messageId, error: { code: 'seal_broken' } }] : [],
    );
    expect([ledger.size, sent.length]).toEqual([stored, stored]);
  });

  describe('a filter that exceeds its budget', () => {
    const heavy = {
      id: 'ep_heavy',
      eventTypes: ['dossier.*'],
      channels: [],
      filter: { a: Array.from({ length: 20 }, (_, n) => ({ wildcard: `*${n}*x*` })) },
    };
    const told = { id: 'ep_told', eventTypes: ['posthorn.*'], channels: [] };
    const poison = () => anEvent({ id: 'evt_a', data: `{"a":"${'0123456789'.repeat(25_000)}"}` });
    const subscribers = [ALL, heavy, told];

    it('keeps the event from its endpoint alone, and tells the owner once an hour', async () => {
      const { ports, ledger, sent } = world({ subscribers });
      const over: [string, string[]][] = [];
      const counting = {
        ...ports,
        filterNotices: createFilterNotices(() => ports.surroundings.nowMs),
        reportOverBudget: (event: Event, endpoints: readonly Subscriber[]) =>
          void over.push([event.id, endpoints.map(({ id }) => id)]),
      };
      const batch = () => [record(poison()), record({ ...poison(), id: 'evt_b' })];
      expect(await fanOut(counting, batch())).toEqual([]);
      expect(await fanOut(counting, batch())).toEqual([]);
      const [notice, ...more] = [...ledger.values()].filter(
        ({ event }) => event.type === 'posthorn.filter.over_budget',
      );
      expect(more).toEqual([]);
      expect(notice).toMatchObject({ targets: ['ep_told'], event: { tenant: poison().tenant } });
      expect(JSON.parse(notice?.event.data ?? '')).toMatchObject({ endpoint: 'ep_heavy' });
      expect(sent.filter(({ endpointId }) => endpointId === 'ep_told')).toHaveLength(1);
      expect(sent.filter(({ endpointId }) => endpointId === 'ep_1')).toHaveLength(4);
      expect(sent.filter(({ endpointId }) => endpointId === 'ep_heavy')).toEqual([]);
      expect(over).toHaveLength(4);
      expect(over[0]).toEqual(['evt_a', ['ep_heavy']]);
      ports.surroundings.nowMs += 3_600_000;
      await fanOut(counting, batch());
      expect(sent.filter(({ endpointId }) => endpointId === 'ep_told')).toHaveLength(2);
    });

    it('is told again if it could not be stored', async () => {
      const { ports, ledger, sent } = world({
        subscribers,
        refusedMessages: ({ endpointId }) => endpointId === 'ep_told' && sent.length < 2,
      });
      const filterNotices = createFilterNotices(() => ports.surroundings.nowMs);
      expect(await fanOut({ ...ports, filterNotices }, [record(poison())])).toHaveLength(1);
      expect(await fanOut({ ...ports, filterNotices }, [record(poison(), 2)])).toEqual([]);
      expect(sent.map(({ endpointId }) => endpointId)).toEqual(['ep_1', 'ep_1', 'ep_told']);
      expect(ledger.size).toBe(2);
    });

    it('of many endpoints makes ten notices for an event, and the others with the next', async () => {
      const many = Array.from({ length: 15 }, (_, n) => ({ ...heavy, id: `ep_${n}` }));
      const { ports, ledger } = world({ subscribers: many });
      const filterNotices = createFilterNotices(() => ports.surroundings.nowMs);
      await fanOut({ ...ports, filterNotices }, [record(poison())]);
      expect(ledger.size).toBe(11);
      await fanOut({ ...ports, filterNotices }, [record(poison())]);
      expect(ledger.size).toBe(16);
    });
  });

  it('fails an event whose filters cannot be judged, and no other', async () => {
    const filtered = { ...ALL, filter: { amount: [1] } };
    const { ports, sent } = world({ subscribers: [filtered] });
    const broken = record(anEvent({ id: 'evt_a', data: 'no JSON' }));
    const failed = await fanOut(ports, [
      broken,
      record(anEvent({ id: 'evt_b', data: '{"amount":1}' })),
    ]);
    expect(failed.map(({ messageId }) => messageId)).toEqual([broken.messageId]);
    expect(sent.map(({ eventId }) => eventId)).toEqual(['evt_b']);
  });

  it.each(['deliveries', 'subjects'])(
    'ends all that is under way though %s fail',
    async (failing) => {
      const { ports, sent } = world();
      const ended: string[] = [];
      const call = async (name: string): Promise<void> => {
        if (name === failing) throw new Error('throttled');
        await wait(10);
        ended.push(name);
      };
      const putLatest = () => call('subjects');
      const sendDeliveries: Queues['sendDeliveries'] = async (messages) => {
        await call('deliveries');
        return ports.queues.sendDeliveries(messages);
      };
      const ledger = only<EventLedger>({ putEvents: async () => new Set(), putLatest });
      const records = [
        record(anEvent({ id: 'evt_a', subject: 's' })),
        record(anEvent({ id: 'evt_b' })),
      ];
      const failed = await fanOut({ ...ports, ledger, queues: { sendDeliveries } }, records);
      // What has no subject owes no pointer.
      const owing = failing === 'subjects' ? records.slice(0, 1) : records;
      expect(failed.map(({ messageId }) => messageId)).toEqual(owing.map((one) => one.messageId));
      expect(ended).toHaveLength(1);
      expect(sent).toHaveLength(failing === 'subjects' ? 2 : 0);
    },
  );

  it('fails only the events that could not be stored, and sends nothing for them', async () => {
    const { ports, sent } = world({ refusedEvents: ['evt_b'] });
    const records = ['evt_a', 'evt_b', 'evt_c'].map((id) => record(anEvent({ id })));
    const failed = await fanOut(ports, records);
    expect(failed.map(({ messageId }) => messageId)).toEqual([records[1]?.messageId]);
    expect(sent.map(({ eventId }) => eventId)).toEqual(['evt_a', 'evt_c']);
  });

  it('fails an event of which one delivery could not be sent, once', async () => {
    const subscribers = [ALL, { ...ALL, id: 'ep_2' }, { ...ALL, id: 'ep_3' }];
    const { ports } = world({
      subscribers,
      refusedMessages: ({ eventId, endpointId }) => eventId === 'evt_a' && endpointId !== 'ep_1',
    });
    const records = ['evt_a', 'evt_b'].map((id) => record(anEvent({ id })));
    const failed = await fanOut(ports, records);
    expect(failed.map(({ messageId }) => messageId)).toEqual([records[0]?.messageId]);
  });

  it.each([
    ['a message that was received before', record(anEvent(), 2)],
    ['an event with an idempotency key', record(anEvent(), 1, true)],
  ])('goes by what is stored for %s', async (_, doubtful) => {
    const stored = { event: anEvent({ data: '{"first":1}' }), targets: ['ep_old'] };
    const { ports, ledger, sent } = world({ stored: [stored] });
    expect(await fanOut(ports, [doubtful])).toEqual([]);
    expect(ledger.get(stored.event.id)).toEqual(stored);
    expect(sent).toEqual([expect.objectContaining({ endpointId: 'ep_old', doubtful: true })]);
  });

  it('treats a message that was received before as doubtful even if nothing is stored', async () => {
    const { ports, sent } = world();
    await fanOut(ports, [record(anEvent(), 2)]);
    expect(sent).toEqual([expect.objectContaining({ endpointId: 'ep_1', doubtful: true })]);
  });

  it('sends to a slow endpoint by its lane, and to the others as ever', async () => {
    const subscribers = [
      { id: 'ep_1', eventTypes: [], channels: [], isSlow: true },
      { id: 'ep_2', eventTypes: [], channels: [] },
    ];
    const { ports, sent } = world({ subscribers });
    await fanOut(ports, [record(anEvent())]);
    expect(sent.map((message) => [message.endpointId, 'isSlow' in message])).toEqual([
      ['ep_1', true],
      ['ep_2', false],
    ]);
  });
});

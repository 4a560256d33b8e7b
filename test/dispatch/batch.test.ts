// What happens to one message of a batch is nobody else's trouble.
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { freshDelivery } from '../../lambdas/core/deliveries/advance.ts';
import { encodeDeliveryMessage } from '../../lambdas/core/deliveries/message.ts';
import type { Endpoint } from '../../lambdas/core/endpoints/endpoint.ts';
import { createId, deliveryIdOf } from '../../lambdas/core/identifiers.ts';
import { settingsSchema } from '../../lambdas/core/settings.ts';
import { DAY_MS } from '../../lambdas/core/time.ts';
import type { DispatchPorts } from '../../lambdas/dispatch/dispatch.ts';
import { dispatch } from '../../lambdas/dispatch/dispatch.ts';
import type { KnownEndpoint } from '../../lambdas/dispatch/endpoint-cache.ts';
import { anEndpoint } from '../builders/endpoints.ts';
import { anEvent, NOON_MS } from '../builders/events.ts';
import { answered } from '../builders/outcomes.ts';
import { fixedSurroundings, only, sqsRecord } from '../builders/ports.ts';

const settings = settingsSchema.parse({});
const BROKEN = 'ep_01kdvdna00fd4akpdwy2eq63qm';
const WELL = 'ep_01kdvdna00fd4akpdwy2eq63qn';
const event = anEvent();
const LONG_AGO_MS = NOON_MS - 100 * DAY_MS;
const gone = anEvent({
  id: createId('evt', LONG_AGO_MS, Buffer.alloc(10, 1)),
  acceptedAtMs: LONG_AGO_MS,
});

const recordOf = ({ id }: { id: string }, endpointId: string) =>
  sqsRecord(
    encodeDeliveryMessage({
      tenant: event.tenant,
      environment: event.environment,
      eventId: id,
      endpointId,
      run: 1,
      attempt: 1,
      cause: 'first',
      doubtful: false,
    }),
  );

const FORMED = { kind: 'formed', headers: [], body: Buffer.alloc(0) } as const;
const waiting = freshDelivery(gone, BROKEN, settings, LONG_AGO_MS);
const getEvents: DispatchPorts['ledger']['getEvents'] = async () =>
  new Map([[event.id, { event, targets: [BROKEN, WELL] }]]);
const throttled = (): Promise<never> => Promise.reject(new Error('throttled'));

/** Endpoints answer after a while; of whom an answer was recorded is put into the list. */
function portsWith(recorded: string[], changes: Partial<DispatchPorts>): DispatchPorts {
  const known = (changes: Partial<Endpoint>): KnownEndpoint => ({
    endpoint: anEndpoint({ timeoutMs: 1_000, ...changes }),
    tenantName: '',
    secrets: [''],
  });
  return only<DispatchPorts>({
    surroundings: fixedSurroundings(),
    settings,
    endpoints: async () =>
      new Map([
        [BROKEN, known({ id: BROKEN, maxPerSecond: 1 })],
        [WELL, known({ id: WELL })],
      ]),
    health: only<DispatchPorts['health']>({
      maySend: async () => true,
      report: async () => undefined,
    }),
    ledger: only<DispatchPorts['ledger']>({ getEvents }),
    form: async () => FORMED,
    watchSlow: (_endpoint, request) => request(),
    sender: {
      send: async () => {
        await wait(30);
        return { outcome: answered(200), startedAtMs: NOON_MS, endedAtMs: NOON_MS };
      },
    },
    writeDelivered: async ({ endpointId }) => {
      recorded.push(endpointId);
    },
    report: () => undefined,
    warn: () => undefined,
    ...changes,
  });
}

const FREE_RATE: DispatchPorts['rates'] = {
  getRate: async () => ({ sent: 0, released: 0 }),
  reserveSlots: async () => NOON_MS,
};

/** What of the broken endpoint or delivery goes wrong; the well one has nothing to do with it. */
const FAULTS: readonly (readonly [string, typeof event, Partial<DispatchPorts>])[] = [
  [
    'the rate of one endpoint cannot be asked',
    event,
    { rates: { ...FREE_RATE, getRate: throttled } },
  ],
  [
    'the rate of one endpoint cannot be used',
    event,
    { rates: { ...FREE_RATE, reserveSlots: throttled } },
  ],
  [
    'the health of one endpoint cannot be asked',
    event,
    {
      rates: FREE_RATE,
      health: only<DispatchPorts['health']>({
        maySend: async ({ endpointId }) => endpointId === WELL || throttled(),
        report: async () => undefined,
      }),
    },
  ],
  [
    'the request for one endpoint cannot be formed',
    event,
    {
      rates: FREE_RATE,
      form: async ({ endpoint: { id } }) => (id === WELL ? FORMED : throttled()),
    },
  ],
  [
    'a delivery whose event is gone cannot be read',
    gone,
    { ledger: only<DispatchPorts['ledger']>({ getEvents, getDeliveries: throttled }) },
  ],
  [
    'a delivery whose event is gone cannot be ended',
    gone,
    {
      ledger: only<DispatchPorts['ledger']>({
        getEvents,
        getDeliveries: async () => new Map([[deliveryIdOf(gone.id, BROKEN), waiting]]),
        settle: throttled,
      }),
    },
  ],
];

describe('a batch', () => {
  it.each(FAULTS)('records every request that is under way though %s', async (_, of, changes) => {
    const recorded: string[] = [];
    const ports = portsWith(recorded, changes);
    const [broken, well] = [recordOf(of, BROKEN), recordOf(event, WELL)];
    const failed = await dispatch(ports, [broken, well], 'deliveries', 'request');
    expect(recorded).toEqual([WELL]);
    expect(failed.map(({ messageId }) => messageId)).toEqual([broken.messageId]);
  });

  it('fails all messages of an endpoint whose rate cannot be asked, and asks once', async () => {
    let asked = 0;
    const ports = portsWith([], {
      rates: {
        ...FREE_RATE,
        getRate: () => {
          asked++;
          return throttled();
        },
      },
    });
    const records = [recordOf(event, BROKEN), recordOf(event, BROKEN)];
    const failed = await dispatch(ports, records, 'deliveries', 'request');
    expect(failed.map(({ messageId }) => messageId)).toEqual(records.map((one) => one.messageId));
    expect(asked).toBe(1);
  });
});

describe('a request', () => {
  // The timeout of the endpoint is 1 s, and 5 s more are kept for the record.
  it.each([
    [6_000, 1],
    [5_999, 0],
  ])('with %i ms left of the invocation is made %i times', async (leftMs, times) => {
    const recorded: string[] = [];
    const ports = portsWith(recorded, {});
    const record = recordOf(event, WELL);
    const failed = await dispatch(ports, [record], 'deliveries', 'request', () => leftMs);
    expect(recorded).toHaveLength(times);
    expect(failed).toMatchObject(
      times === 1 ? [] : [{ messageId: record.messageId, error: { code: 'out_of_time' } }],
    );
  });
});

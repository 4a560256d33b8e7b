// What happens to one message of a batch is nobody else's trouble.
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { freshDelivery } from '../../lambdas/core/deliveries/advance.ts';
import { encodeDeliveryMessage } from '../../lambdas/core/deliveries/message.ts';
import { createId, deliveryIdOf } from '../../lambdas/core/identifiers.ts';
import { settingsSchema } from '../../lambdas/core/settings.ts';
import { DAY_MS } from '../../lambdas/core/time.ts';
import type { DispatchPorts } from '../../lambdas/dispatch/dispatch.ts';
import { dispatch } from '../../lambdas/dispatch/dispatch.ts';
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

/** One endpoint answers after a while; what is recorded of it is put into the list. */
function portsWith(recorded: string[], changes: Partial<DispatchPorts>): DispatchPorts {
  const endpoint = (id: string, more: object) =>
    [
      id,
      {
        endpoint: { ...event, id, url: 'https://x.example/', timeoutMs: 1_000, ...more },
        tenantName: '',
        secrets: [''],
      } as never, // no more of it is looked at
    ] as const;
  return only<DispatchPorts>({
    surroundings: fixedSurroundings(),
    settings,
    endpoints: async () => new Map([endpoint(BROKEN, { maxPerSecond: 1 }), endpoint(WELL, {})]),
    health: only<DispatchPorts['health']>({
      maySend: async () => true,
      report: async () => undefined,
    }),
    form: async () => ({ kind: 'formed', headers: [], body: Buffer.alloc(0) }) as never,
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

const getEvents: DispatchPorts['ledger']['getEvents'] = async () =>
  new Map([[event.id, { event, targets: [BROKEN, WELL] }]]);

describe('a batch', () => {
  it.fails('goes on until every request that is under way is recorded, though the rate of one endpoint cannot be asked', async () => {
    const recorded: string[] = [];
    const ports = portsWith(recorded, {
      ledger: only<DispatchPorts['ledger']>({ getEvents }),
      rates: only<DispatchPorts['rates']>({
        reserveSlots: () => Promise.reject(new Error('throttled')),
      }),
    });
    const [broken, well] = [recordOf(event, BROKEN), recordOf(event, WELL)];
    const failed = await dispatch(ports, [broken, well], 'deliveries', 'request').catch(() => []);
    expect(recorded).toEqual([WELL]);
    expect(failed.map(({ messageId }) => messageId)).toEqual([broken.messageId]);
  });

  it.fails('sends its requests though a delivery whose event is gone cannot be ended', async () => {
    const recorded: string[] = [];
    const waiting = freshDelivery(gone, WELL, settings, LONG_AGO_MS);
    const ports = portsWith(recorded, {
      ledger: only<DispatchPorts['ledger']>({
        getEvents,
        getDeliveries: async () => new Map([[deliveryIdOf(gone.id, WELL), waiting]]),
        settle: () => Promise.reject(new Error('throttled')),
      }),
    });
    const [broken, well] = [recordOf(gone, WELL), recordOf(event, WELL)];
    const failed = await dispatch(ports, [broken, well], 'deliveries', 'request').catch(() => []);
    expect(recorded).toEqual([WELL]);
    expect(failed.map(({ messageId }) => messageId)).toEqual([broken.messageId]);
  });
});

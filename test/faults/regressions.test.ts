// What the fault bench found, each as a test of its own.
import { describe, expect, it } from 'vitest';
import { freshDelivery, LOST_AFTER_MS } from '../../lambdas/core/deliveries/advance.ts';
import { encodeDeliveryMessage } from '../../lambdas/core/deliveries/message.ts';
import { deliveryIdOf } from '../../lambdas/core/identifiers.ts';
import { settingsSchema } from '../../lambdas/core/settings.ts';
import { MAX_SQS_DELAY_MS } from '../../lambdas/core/time.ts';
import { type DispatchPorts, dispatch } from '../../lambdas/dispatch/dispatch.ts';
import { anEvent, NOON_MS } from '../builders/events.ts';
import { fixedSurroundings, only, sqsRecord } from '../builders/ports.ts';

describe('a clock that is behind', () => {
  // The recorder's clock said 14 minutes, the one that repeated the effects 19: it scheduled a wake-up at the
  // due time, which did not find the delivery, since it stood in the index as travelling by SQS. It was stuck.
  it('does not schedule a wake-up for what stands in the index as travelling by SQS', async () => {
    const settings = settingsSchema.parse({});
    const event = anEvent({ acceptedAtMs: NOON_MS });
    const endpointId = 'ep_01kdvdna00fd4akpdwy2eq63qm';
    const record = sqsRecord('', 2);
    const dueAtMs = NOON_MS + MAX_SQS_DELAY_MS + 4 * 60_000;
    const waiting = {
      ...freshDelivery(event, endpointId, settings, NOON_MS),
      attempts: [
        {
          number: 1,
          run: 1,
          cause: 'first' as const,
          atMs: NOON_MS,
          durationMs: 5,
          outcome: 'http_500',
        },
      ],
      recordedBy: `${record.messageId}/an earlier request`,
      dueAtMs,
      workAtMs: dueAtMs + LOST_AFTER_MS,
    };
    const message = { ...event, eventId: event.id, endpointId, run: 1, attempt: 1 };
    const body = encodeDeliveryMessage({ ...message, cause: 'first', doubtful: false });
    const open = { endpoint: { ...event, id: endpointId }, tenantName: '', secrets: [''] };
    const delays: number[] = [];
    const ports = only<DispatchPorts>({
      surroundings: fixedSurroundings(NOON_MS),
      settings,
      endpoints: async () => new Map([[endpointId, open as never]]),
      ledger: only<DispatchPorts['ledger']>({
        getEvents: async () => new Map([[event.id, { event, targets: [endpointId] }]]),
        getDeliveries: async (refs) =>
          new Map(refs.map((ref) => [deliveryIdOf(ref.eventId, ref.endpointId), waiting])),
      }),
      // Schedules are not expected: asking for one fails the test.
      wakes: only<DispatchPorts['wakes']>({ note: async () => undefined }),
      queues: only<DispatchPorts['queues']>({
        sendRetries: async (messages) => {
          delays.push(...messages.map(({ delaySeconds }) => delaySeconds));
          return new Set();
        },
      }),
    });
    expect(await dispatch(ports, [{ ...record, body }], 'deliveries', 'request')).toEqual([]);
    expect(delays).toEqual([MAX_SQS_DELAY_MS / 1000]);
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { carriedEvent, mayBeCarried } from '../../../lambdas/core/deliveries/carried.ts';
import {
  decodeDeliveryMessage,
  encodeDeliveryMessage,
} from '../../../lambdas/core/deliveries/message.ts';
import { encodeEventMessage } from '../../../lambdas/core/events/message.ts';
import { anEvent, arbitraryEvent, ENDPOINT_ID, NOON_MS } from '../../builders/events.ts';
import { redriven, sqsRecord } from '../../builders/ports.ts';

const event = anEvent();
const EVENT_BODY = encodeEventMessage({ event, mayRepeat: false });

function bodyWith(eventBody: string, { id, tenant, environment } = event): string {
  return encodeDeliveryMessage({
    ...{ eventId: id, tenant, environment, endpointId: ENDPOINT_ID },
    ...{ run: 1, attempt: 1, cause: 'first', doubtful: false, eventBody },
  });
}

function sent(body: string, atMs = NOON_MS, receiveCount = 1) {
  const record = sqsRecord(body, receiveCount);
  return { ...record, attributes: { ...record.attributes, SentTimestamp: String(atMs) } };
}

const received = (record: ReturnType<typeof sent>, nowMs = NOON_MS) =>
  carriedEvent(decodeDeliveryMessage(record.body), record, nowMs);

describe('an event that goes with the message of its first attempt', () => {
  it('comes out as it went in', () => {
    fc.assert(
      fc.property(arbitraryEvent, (one) => {
        const body = bodyWith(encodeEventMessage({ event: one, mayRepeat: false }), one);
        expect(received(sent(body))).toEqual(one);
      }),
    );
  });

  it.each<[string, ReturnType<typeof sent>, number?]>([
    [
      'was sent four seconds ago: it may have been redacted',
      sent(bodyWith(EVENT_BODY), NOON_MS - 4_000),
    ],
    ['is received again', sent(bodyWith(EVENT_BODY), NOON_MS, 2)],
    ['comes from the dead letters', redriven(sent(bodyWith(EVENT_BODY)))],
    [
      'carries another event',
      sent(bodyWith(encodeEventMessage({ event: anEvent({ id: 'evt_other' }), mayRepeat: false }))),
    ],
    ['carries what a newer version wrote', sent(bodyWith(EVENT_BODY.replace('"v":1', '"v":2')))],
    [
      'carries data that does not inflate',
      sent(bodyWith(JSON.stringify({ ...JSON.parse(EVENT_BODY), data: 'AAAA', z: 1 }))),
    ],
    ...['1', 'null', '{}', '[]', '"text"'].map((other): [string, ReturnType<typeof sent>] => [
      `carries ${other}`,
      sent(bodyWith(other)),
    ]),
    ['carries none', sent(encodeDeliveryMessage(decodeDeliveryMessage(bodyWith(EVENT_BODY))))],
  ])('is read from the ledger if the message %s', (_, record) => {
    expect(received(record)).toBeUndefined();
  });

  it('is used by a clock that is behind', () => {
    expect(received(sent(bodyWith(EVENT_BODY), NOON_MS + 1_000))).toEqual(event);
  });
});

describe('an event is carried', () => {
  it.each<[string, Parameters<typeof mayBeCarried>, boolean]>([
    ['to ten endpoints', [event, EVENT_BODY, 10], true],
    ['not to eleven', [event, EVENT_BODY, 11], false],
    ['up to 6,000 characters', [event, 'x'.repeat(6_000), 1], true],
    ['not above', [event, 'x'.repeat(6_001), 1], false],
    ['not if it is sealed', [{ ...event, sealedContent: Buffer.from('x') }, EVENT_BODY, 1], false],
  ])('%s', (_, given, expected) => {
    expect(mayBeCarried(...given)).toBe(expected);
  });
});

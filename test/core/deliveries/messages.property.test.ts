import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type DeliveryMessage,
  decodeDeliveryMessage,
  encodeDeliveryMessage,
} from '../../../lambdas/core/deliveries/message.ts';
import { encodeCleanupMessage } from '../../../lambdas/core/erasure/message.ts';
import { MalformedMessageError, NewerVersionError } from '../../../lambdas/core/errors.ts';
import { packData, unpackData } from '../../../lambdas/core/events/data.ts';
import { decodeEventMessage, encodeEventMessage } from '../../../lambdas/core/events/message.ts';
import { encodeReplayMessage } from '../../../lambdas/core/replays/message.ts';
import { CAUSES } from '../../../lambdas/core/retries/cause.ts';
import { decodeWakesMessage, encodeWakeMessage } from '../../../lambdas/core/wakes/message.ts';
import { anEvent, arbitraryEvent, ENDPOINT_ID, EVENT_ID } from '../../builders/events.ts';

/** What SQS takes: #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF. */
const TAKEN_BY_SQS = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;

const deliveryMessage: fc.Arbitrary<DeliveryMessage> = fc.record({
  eventId: fc.constant(EVENT_ID),
  endpointId: fc.constant(ENDPOINT_ID),
  tenant: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
  environment: fc.constantFrom('live', 'test'),
  run: fc.integer({ min: 1, max: 1_000 }),
  attempt: fc.integer({ min: 1, max: 10_000 }),
  cause: fc.constantFrom(...CAUSES),
  doubtful: fc.boolean(),
});

describe('a delivery’s message', () => {
  it('is read as older versions sent it, with the slot of a rate limit', () => {
    const [message] = fc.sample(deliveryMessage, 1);
    if (!message) throw new Error('no sample');
    const body = JSON.stringify({ ...JSON.parse(encodeDeliveryMessage(message)), slot: 1.5 });
    expect(decodeDeliveryMessage(body)).toEqual(message);
  });
});

describe('an event’s message', () => {
  it('brings the event to the other side as it was', () => {
    fc.assert(
      fc.property(arbitraryEvent, fc.boolean(), (event, mayRepeat) => {
        const decoded = decodeEventMessage(encodeEventMessage({ event, mayRepeat }));
        expect(decoded).toEqual({ event, mayRepeat });
      }),
      { numRuns: 300 },
    );
  });

  it('is made of characters that SQS takes', () => {
    fc.assert(
      fc.property(arbitraryEvent, (event) => {
        expect(encodeEventMessage({ event, mayRepeat: false })).toMatch(TAKEN_BY_SQS);
      }),
    );
  });

  it('is made of characters that SQS takes even when a subject holds noncharacters', () => {
    const event = anEvent({ subject: 'a\ufffeb\uffff', data: '{"s":"\uffff"}' });
    const body = encodeEventMessage({ event, mayRepeat: false });
    expect(decodeEventMessage(body).event).toEqual(event);
    expect(body).toMatch(TAKEN_BY_SQS);
  });

  it('regression: events with emoji in their subject were refused by the queue of the embedded runtime', () => {
    const event = anEvent({ subject: '\u{1f600} \u{65731}\u{10ffff}', type: 'a' });
    const body = encodeEventMessage({ event, mayRepeat: false });
    expect(decodeEventMessage(body).event).toEqual(event);
    expect(body).toMatch(/^[\t\n\r -\ud7ff\ue000-\ufffd]*$/);
  });

  it('of the largest event that is accepted fits into a message', () => {
    const data = JSON.stringify({ noise: randomBytes(190_000).toString('base64') });
    const body = encodeEventMessage({ event: anEvent({ data }), mayRepeat: false });
    expect(Buffer.byteLength(body)).toBeLessThan(1024 * 1024);
  });
});

it('a delivery’s message comes out as it went in', () => {
  fc.assert(
    fc.property(deliveryMessage, (message) => {
      expect(decodeDeliveryMessage(encodeDeliveryMessage(message))).toEqual(message);
    }),
  );
});

it('a message of the wakes queue comes out as it went in, whichever it is', () => {
  const scope = {
    tenant: fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/),
    environment: fc.constantFrom('live' as const, 'test' as const),
  };
  const ids = { ...scope, endpointId: fc.constant(ENDPOINT_ID) };
  const wake = fc.record({ ...ids, bucketMs: fc.integer({ min: 0, max: 4_102_444_800_000 }) });
  const replay = fc.record({
    ...ids,
    replayId: fc.constant('rpl_01h455vb4pex5vsknk084sn02s'),
    version: fc.integer({ min: 1 }),
  });
  const redaction = fc.record({ ...scope, eventId: fc.constant(EVENT_ID) });
  fc.assert(
    fc.property(wake, replay, redaction, (wake, replay, redaction) => {
      const erasure = { kind: 'erasure', tenant: wake.tenant } as const;
      const decoded = [
        encodeWakeMessage(wake),
        encodeReplayMessage(replay),
        encodeCleanupMessage({ kind: 'redaction', ...redaction }),
        encodeCleanupMessage(erasure),
      ].map(decodeWakesMessage);
      expect(decoded).toEqual([
        { kind: 'wake', ...wake },
        { kind: 'replay', ...replay },
        { kind: 'redaction', ...redaction },
        erasure,
      ]);
    }),
  );
});

it.each(['', 'hello', 'null', '[]', '{}', '{"v":0}', '{"v":1,"id":5}'])(
  'a message that is %j is malformed on every queue',
  (body) => {
    for (const decode of [decodeEventMessage, decodeDeliveryMessage, decodeWakesMessage]) {
      expect(() => decode(body)).toThrow(MalformedMessageError);
    }
  },
);

describe('a message’s version', () => {
  const { v, ...unversioned } = JSON.parse(
    encodeWakeMessage({
      tenant: 'acme',
      environment: 'live',
      endpointId: ENDPOINT_ID,
      bucketMs: 0,
    }),
  );

  it('stands in it; without one it is of the first', () => {
    expect(v).toBe(1);
    expect(decodeWakesMessage(JSON.stringify(unversioned))).toMatchObject({
      endpointId: ENDPOINT_ID,
    });
  });

  it.each([decodeEventMessage, decodeDeliveryMessage, decodeWakesMessage])(
    'that is newer is refused as such, whatever else is in it: %o',
    (decode) => {
      for (const body of ['{"v":2}', JSON.stringify({ ...unversioned, v: 2, b: 'soon' })]) {
        expect(() => decode(body)).toThrow(NewerVersionError);
      }
    },
  );
});

it('an event’s message with data that does not inflate is malformed', () => {
  const sound = JSON.parse(encodeEventMessage({ event: anEvent(), mayRepeat: false }));
  const body = JSON.stringify({ ...sound, data: 'AAAA', z: 1 });
  expect(() => decodeEventMessage(body)).toThrow(MalformedMessageError);
});

describe('packed data', () => {
  it('is never longer than the data and unpacks to it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 3_000 }), (value) => {
        const data = value.toWellFormed();
        const { bytes, deflated } = packData(data);
        expect(bytes.length).toBeLessThanOrEqual(Buffer.byteLength(data));
        expect(unpackData(bytes, deflated)).toBe(data);
      }),
    );
  });

  it('is deflated from 701 bytes on and not below', () => {
    expect(packData('a'.repeat(700)).deflated).toBe(false);
    expect(packData('a'.repeat(701)).deflated).toBe(true);
  });
});

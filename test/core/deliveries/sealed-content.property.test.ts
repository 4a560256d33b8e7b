// Sealed event data: the same event on the other side, and nothing for anybody else.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { freshDelivery } from '../../../lambdas/core/deliveries/advance.ts';
import {
  openedDelivery,
  openedEvent,
  sealedDelivery,
  sealedEvent,
} from '../../../lambdas/core/deliveries/sealed-content.ts';
import { SealBrokenError } from '../../../lambdas/core/errors.ts';
import type { Event } from '../../../lambdas/core/events/event.ts';
import { decodeEventMessage, encodeEventMessage } from '../../../lambdas/core/events/message.ts';
import { sealingKeyFrom, soleKey } from '../../../lambdas/core/sealing/seal.ts';
import { anEvent, arbitraryEvent, ENDPOINT_ID, text } from '../../builders/events.ts';

const KEYS = soleKey(sealingKeyFrom('x'.repeat(64)));
const nonce = fc.uint8Array({ minLength: 12, maxLength: 12 });
/** As fan-out gets it and puts it into the ledger. */
const travelled = (event: Event): Event =>
  decodeEventMessage(encodeEventMessage({ event, mayRepeat: false })).event;

describe('a sealed event', () => {
  it('is the same once it is opened, and says nothing before', () => {
    fc.assert(
      fc.property(arbitraryEvent, nonce, (event, bytes) => {
        const came = travelled(sealedEvent(event, KEYS, bytes));
        expect(came.data).toBe('null');
        expect(came.subject).toBeUndefined();
        expect(openedEvent(came, KEYS)).toEqual(event);
      }),
      { numRuns: 300 },
    );
  });

  it('does not open once a bit of it is flipped', () => {
    fc.assert(
      fc.property(arbitraryEvent, nonce, fc.nat(), (event, bytes, place) => {
        const { sealedContent = new Uint8Array(), ...rest } = sealedEvent(event, KEYS, bytes);
        const flipped = Buffer.from(sealedContent);
        const bit = place % (flipped.length * 8);
        flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(() => openedEvent({ ...rest, sealedContent: flipped }, KEYS)).toThrow(
          SealBrokenError,
        );
      }),
      { numRuns: 300 },
    );
  });

  it.each<[string, Partial<Event>]>([
    ['tenant', { tenant: 'other' }],
    ['environment', { environment: 'test' }],
    ['id', { id: 'evt_01h455vb4pex5vsknk084sn02z' }],
  ])('does not open when it is moved to another %s', (_, change) => {
    const sealed = sealedEvent(anEvent(), KEYS, Buffer.alloc(12, 7));
    expect(() => openedEvent({ ...sealed, ...change }, KEYS)).toThrow(SealBrokenError);
  });

  it('is compressed before it is sealed', () => {
    const data = JSON.stringify({ text: 'the same again '.repeat(2_000) });
    const { sealedContent } = sealedEvent(anEvent({ data }), KEYS, Buffer.alloc(12, 7));
    expect(sealedContent?.length).toBeLessThan(data.length / 20);
  });
});

describe('a sealed answer', () => {
  const settings = { deadlineDays: 40 };
  const aDelivery = (body: string) => ({
    ...freshDelivery(anEvent(), ENDPOINT_ID, settings, 0),
    lastResponse: { status: 200, headers: { location: `/${body}` }, body },
  });

  it('opens at its delivery, and is not there before', () => {
    fc.assert(
      fc.property(text(200), nonce, (body, bytes) => {
        const delivery = aDelivery(body);
        const sealed = sealedDelivery(delivery, KEYS, bytes);
        expect(sealed.lastResponse).toBeUndefined();
        expect(openedDelivery(sealed, KEYS)).toEqual(delivery);
      }),
    );
  });

  it.each([
    ['tenant', { tenant: 'other' }],
    ['environment', { environment: 'test' as const }],
    ['event', { eventId: 'evt_01h455vb4pex5vsknk084sn02z' }],
    ['endpoint', { endpointId: 'ep_01h455vb4pex5vsknk084sn02z' }],
  ])('does not open when it is moved to another %s', (_, change) => {
    const sealed = sealedDelivery(aDelivery('secret'), KEYS, Buffer.alloc(12, 7));
    expect(() => openedDelivery({ ...sealed, ...change }, KEYS)).toThrow(SealBrokenError);
  });
});

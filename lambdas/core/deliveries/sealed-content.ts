// The personal data in an event and in the answers to it, sealed: compressed first, bound to tenant, environment
// and id. On a queue, in the ledger and in backups it is the same bytes.

import { packData, unpackData } from '../events/data.ts';
import type { Event } from '../events/event.ts';
import { deliveryIdOf } from '../identifiers.ts';
import { eventPlace, responsePlace } from '../sealing/places.ts';
import { type SealingKeys, seal, sealBytes, unseal, unsealBytes } from '../sealing/seal.ts';
import type { Delivery, LastResponse } from './delivery.ts';

const PLAIN = 0;
const DEFLATED = 1;

/** @param nonce 12 random bytes */
export function sealedEvent(event: Event, keys: SealingKeys, nonce: Uint8Array): Event {
  const { bytes, deflated } = packData(`${JSON.stringify(event.subject ?? null)}\n${event.data}`);
  const content = Buffer.concat([Buffer.of(deflated ? DEFLATED : PLAIN), bytes]);
  return { ...event, sealedContent: sealBytes(keys, eventPlace(event), content, nonce) };
}

/** @throws SealBrokenError if it does not open */
export function openedEvent(event: Event, keys: SealingKeys): Event {
  const { sealedContent, subject: _, ...rest } = event;
  if (!sealedContent) return event;
  const content = unsealBytes(keys, eventPlace(event), sealedContent);
  const text = unpackData(content.subarray(1), content[0] === DEFLATED);
  // JSON of one line: the first line break is ours.
  const end = text.indexOf('\n');
  const subject: unknown = JSON.parse(text.slice(0, end));
  return {
    ...rest,
    ...(typeof subject === 'string' ? { subject } : {}),
    data: text.slice(end + 1),
  };
}

/** Its subject is left out: the event holds it, sealed. */
export function sealedDelivery(delivery: Delivery, keys: SealingKeys, nonce: Uint8Array): Delivery {
  const { lastResponse, subject, ...rest } = delivery;
  if (!lastResponse) return rest;
  const place = placeOf(delivery);
  return { ...rest, sealedResponse: seal(keys, place, JSON.stringify(lastResponse), nonce) };
}

/** @throws SealBrokenError if it does not open */
export function openedDelivery(delivery: Delivery, keys: SealingKeys): Delivery {
  const { sealedResponse, ...rest } = delivery;
  if (sealedResponse === undefined) return delivery;
  const text = unseal(keys, placeOf(delivery), sealedResponse);
  const lastResponse: LastResponse = JSON.parse(text); // sealed by sealedDelivery
  return { ...rest, lastResponse };
}

function placeOf({ tenant, environment, eventId, endpointId }: Delivery) {
  return responsePlace({ tenant, environment, id: deliveryIdOf(eventId, endpointId) });
}

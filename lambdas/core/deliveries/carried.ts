// A short event goes with the message of its first attempt, which is then made without reading it from the ledger.
import type { Event } from '../events/event.ts';
import { readCarriedEvent } from '../events/message.ts';
import { isRedelivered, type Received } from '../redelivered.ts';
import type { DeliveryMessage } from './message.ts';

/** With ten messages in a request SQS still counts one: it counts each 64 KiB. */
const UP_TO_CHARACTERS = 6_000;
/** What goes to more endpoints is read once for many messages. */
const UP_TO_TARGETS = 10;
/** An event may be redacted: what came later than this after it was sent is read from the ledger. */
const FOR_MS = 3_000;

/** @param body of the event's message @param targets how many endpoints the event goes to */
export function mayBeCarried({ sealedContent }: Event, body: string, targets: number): boolean {
  return sealedContent === undefined && body.length <= UP_TO_CHARACTERS && targets <= UP_TO_TARGETS;
}

/** Of a message that was just sent, and is received for the first time; undefined if the ledger must be asked. */
export function carriedEvent(
  { carried, eventId }: DeliveryMessage,
  record: Received & { readonly attributes: { readonly SentTimestamp: string } },
  nowMs: number,
): Event | undefined {
  if (carried === undefined || isRedelivered(record)) return undefined;
  if (nowMs - Number(record.attributes.SentTimestamp) > FOR_MS) return undefined;
  const event = readCarriedEvent(carried);
  return event?.id === eventId ? event : undefined;
}

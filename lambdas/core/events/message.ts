// Accepted events on their way to fan-out.
import * as z from 'zod';
import { defined } from '../defined.ts';
import { MalformedMessageError } from '../errors.ts';
import { decode, scopeShape, VERSION, versionSchema } from '../message-format.ts';
import { DEFLATE_MESSAGE_FROM_BYTES, NO_DATA, packData, unpackData } from './data.ts';
import { type Event, POSTERS } from './event.ts';
import { traceOf } from './trace-context.ts';

export interface EventQueue {
  /** Resolves to the indexes of the entries that could not be sent, after trying again. */
  sendEvents(messages: readonly EventMessage[]): Promise<ReadonlySet<number>>;
}

const eventMessageSchema = z.object({
  v: versionSchema,
  id: z.string(),
  ...scopeShape,
  type: z.string(),
  at: z.number(),
  occ: z.string().optional(),
  subj: z.string().optional(),
  ch: z.array(z.string()).optional(),
  pb: z.enum(POSTERS).optional(),
  /** `traceparent` and `tracestate`. */
  tp: z.string().optional(),
  ts: z.string().optional(),
  data: z.string().optional(),
  /** The salt of what is sent, base64. */
  sa: z.string().optional(),
  /** Instead of data and subject: both, sealed. */
  sc: z.string().optional(),
  /** Present if the data is deflated. */
  z: z.literal(1).optional(),
  /** Present if the event came with an idempotency key: it takes the doubtful path. */
  key: z.literal(1).optional(),
});

export interface EventMessage {
  readonly event: Event;
  /** Whether it may have been enqueued before: then its deliveries are claimed before they are sent. */
  readonly mayRepeat: boolean;
}

export function encodeEventMessage({ event, mayRepeat }: EventMessage): string {
  return sendable({
    v: VERSION,
    id: event.id,
    tn: event.tenant,
    env: event.environment,
    type: event.type,
    at: event.acceptedAtMs,
    occ: event.occurredAt,
    ch: event.channels.length > 0 ? event.channels : undefined,
    pb: event.postedBy,
    tp: event.trace?.parent,
    ts: event.trace?.state,
    sa: event.salt && Buffer.from(event.salt).toString('base64'),
    ...contentOf(event),
    key: mayRepeat ? 1 : undefined,
  });
}

function contentOf({ sealedContent, subject, data }: Event): object {
  if (sealedContent) return { sc: Buffer.from(sealedContent).toString('base64') };
  const { bytes, deflated } = packData(data, DEFLATE_MESSAGE_FROM_BYTES);
  return {
    subj: subject,
    data: bytes.toString('base64'),
    z: deflated ? 1 : undefined,
  };
}

/** @throws MalformedMessageError, NewerVersionError */
export function decodeEventMessage(body: string): EventMessage {
  return read(decode('the events queue', body, eventMessageSchema));
}

/** Of what a message carries beside its own content; undefined if this code cannot read it. */
export function readCarriedEvent(carried: unknown): Event | undefined {
  try {
    return read(eventMessageSchema.parse(carried)).event;
  } catch {
    return undefined;
  }
}

function read(message: z.infer<typeof eventMessageSchema>): EventMessage {
  return {
    event: defined({
      id: message.id,
      tenant: message.tn,
      environment: message.env,
      type: message.type,
      acceptedAtMs: message.at,
      occurredAt: message.occ,
      subject: message.subj,
      channels: message.ch ?? [],
      postedBy: message.pb,
      ...traceOf(message.tp, message.ts),
      data: inflated(message),
      salt: message.sa === undefined ? undefined : Buffer.from(message.sa, 'base64'),
      sealedContent: message.sc === undefined ? undefined : Buffer.from(message.sc, 'base64'),
    }),
    mayRepeat: message.key === 1,
  };
}

/**
 * As JSON in characters that SQS takes: it refuses U+FFFE and U+FFFF, which a subject may hold. What
 * takes its place on one machine refuses all that lies beyond U+FFFF as well, such as emoji.
 */
function sendable(message: object): string {
  return JSON.stringify(message).replace(
    /[\ud800-\udfff\ufffe\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16)}`,
  );
}

function inflated(message: z.infer<typeof eventMessageSchema>): string {
  if (message.sc !== undefined) return NO_DATA;
  if (message.data === undefined) throw new MalformedMessageError('the events queue', 'no data');
  try {
    return unpackData(Buffer.from(message.data, 'base64'), message.z === 1);
  } catch (error) {
    throw new MalformedMessageError('the events queue', error);
  }
}

// What travels on the queues. Data travels deflated where that is shorter, and as base64 always: SQS
// refuses some characters that JSON allows.
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import * as z from 'zod';
import { CAUSES } from './deliveries/delivery.ts';
import { MalformedMessageError, NewerVersionError } from './errors.ts';
import { ENVIRONMENTS, type Event, type Scope } from './events/event.ts';
import type { TraceContext } from './events/trace-context.ts';

/** JSON text of data that is gone, or closed, wherever data is shown. */
export const NO_DATA = 'null';

/** Below this many bytes deflating does not pay: of what is stored, billed by the KB. */
export const DEFLATE_FROM_BYTES = 700;
/** And of what travels: ten such messages still are one request of 64 KB. */
const DEFLATE_MESSAGE_FROM_BYTES = 4_096;

/** Setting zlib up takes longer than deflating a few KB, and most of that goes into its tables. */
const SMALL_BYTES = 4_096;
const FOR_SMALL = { level: 6, windowBits: 12, memLevel: 5, chunkSize: SMALL_BYTES };

/** What this code writes, and the newest that it reads; a message without a version is of the first. */
const VERSION = 1;
const versionSchema = z.int().min(1).max(VERSION).default(1);
const newerSchema = z.looseObject({ v: z.int().gt(VERSION) });

const scopeShape = { tn: z.string(), env: z.enum(ENVIRONMENTS) };

const eventMessageSchema = z.object({
  v: versionSchema,
  id: z.string(),
  ...scopeShape,
  type: z.string(),
  at: z.number(),
  occ: z.string().optional(),
  subj: z.string().optional(),
  ch: z.array(z.string()).optional(),
  /** `traceparent` and `tracestate`. */
  tp: z.string().optional(),
  ts: z.string().optional(),
  data: z.string().optional(),
  /** Instead of data and subject: both, sealed. */
  sc: z.string().optional(),
  /** Present if the data is deflated. */
  z: z.literal(1).optional(),
  /** Present if the event came with an idempotency key: it takes the doubtful path. */
  key: z.literal(1).optional(),
});

export interface EventMessage {
  readonly event: Event;
  /** Whether it may have been enqueued before: see DESIGN, the doubtful path. */
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
    ...(event.occurredAt === undefined ? {} : { occ: event.occurredAt }),
    ...(event.channels.length === 0 ? {} : { ch: event.channels }),
    ...(event.trace === undefined ? {} : { tp: event.trace.parent, ts: event.trace.state }),
    ...contentOf(event),
    ...(mayRepeat ? { key: 1 } : {}),
  });
}

function contentOf({ sealedContent, subject, data }: Event): object {
  if (sealedContent) return { sc: Buffer.from(sealedContent).toString('base64') };
  const { bytes, deflated } = packData(data, DEFLATE_MESSAGE_FROM_BYTES);
  return {
    ...(subject === undefined ? {} : { subj: subject }),
    data: bytes.toString('base64'),
    ...(deflated ? { z: 1 } : {}),
  };
}

/** @throws MalformedMessageError, NewerVersionError */
export function decodeEventMessage(body: string): EventMessage {
  const message = decode('the events queue', body, eventMessageSchema);
  const data = inflated(message);
  return {
    event: {
      id: message.id,
      tenant: message.tn,
      environment: message.env,
      type: message.type,
      acceptedAtMs: message.at,
      ...(message.occ === undefined ? {} : { occurredAt: message.occ }),
      ...(message.subj === undefined ? {} : { subject: message.subj }),
      channels: message.ch ?? [],
      ...traceOf(message.tp, message.ts),
      data,
      ...(message.sc === undefined ? {} : { sealedContent: Buffer.from(message.sc, 'base64') }),
    },
    mayRepeat: message.key === 1,
  };
}

/** A trace as it was kept, for an event to hold. */
export function traceOf(
  parent: string | undefined,
  state: string | undefined,
): { readonly trace?: TraceContext } {
  if (parent === undefined) return {};
  return { trace: state === undefined ? { parent } : { parent, state } };
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

const deliveryMessageSchema = z.object({
  v: versionSchema,
  ev: z.string(),
  ep: z.string(),
  ...scopeShape,
  run: z.int().min(1),
  n: z.int().min(1),
  cause: z.enum(CAUSES),
  d: z.literal(1).optional(),
  /** Present if wake let it pass: see endpoint-health.ts. */
  rel: z.literal(1).optional(),
  /** The slot that was reserved for it: see rate-limit.ts. */
  slot: z.number().optional(),
});

/** One attempt that is to be made. */
export interface DeliveryMessage {
  readonly eventId: string;
  readonly endpointId: string;
  readonly tenant: string;
  readonly environment: Event['environment'];
  readonly run: number;
  /** Which attempt of the delivery it is, counted from 1 over all runs. */
  readonly attempt: number;
  readonly cause: (typeof CAUSES)[number];
  /** Whether the delivery must be claimed before it is sent. */
  readonly doubtful: boolean;
  /** Whether it may pass though its endpoint is recovering or being probed. */
  readonly released?: boolean;
  /** When it may be sent under the endpoint's `maxPerSecond`, Unix milliseconds. */
  readonly slotMs?: number;
}

export function encodeDeliveryMessage(message: DeliveryMessage): string {
  return JSON.stringify({
    v: VERSION,
    ev: message.eventId,
    ep: message.endpointId,
    tn: message.tenant,
    env: message.environment,
    run: message.run,
    n: message.attempt,
    cause: message.cause,
    ...(message.doubtful ? { d: 1 } : {}),
    ...(message.released ? { rel: 1 } : {}),
    ...(message.slotMs === undefined ? {} : { slot: message.slotMs }),
  });
}

/** @throws MalformedMessageError, NewerVersionError */
export function decodeDeliveryMessage(body: string): DeliveryMessage {
  const message = decode('a queue of deliveries', body, deliveryMessageSchema);
  return {
    eventId: message.ev,
    endpointId: message.ep,
    tenant: message.tn,
    environment: message.env,
    run: message.run,
    attempt: message.n,
    cause: message.cause,
    doubtful: message.d === 1,
    ...(message.rel === 1 ? { released: true } : {}),
    ...(message.slot === undefined ? {} : { slotMs: message.slot }),
  };
}

const wakeMessageSchema = z.object({
  v: versionSchema,
  ep: z.string(),
  ...scopeShape,
  b: z.number(),
});

/** An endpoint that is to be woken for what is due in a bucket of time. */
export interface WakeMessage extends Scope {
  readonly endpointId: string;
  /** The bucket's beginning, Unix milliseconds. */
  readonly bucketMs: number;
}

export function encodeWakeMessage({
  endpointId,
  tenant,
  environment,
  bucketMs,
}: WakeMessage): string {
  return JSON.stringify({ v: VERSION, ep: endpointId, tn: tenant, env: environment, b: bucketMs });
}

/** @throws MalformedMessageError, NewerVersionError */
export function decodeWakeMessage(body: string): WakeMessage {
  const message = decode('the wakes queue', body, wakeMessageSchema);
  return {
    endpointId: message.ep,
    tenant: message.tn,
    environment: message.env,
    bucketMs: message.b,
  };
}

const replayMessageSchema = z.object({
  v: versionSchema,
  rpl: z.string(),
  ep: z.string(),
  ...scopeShape,
  ver: z.int().min(1),
});

/** A replay that is to go on; it travels on the wakes queue. */
export interface ReplayMessage extends Scope {
  readonly replayId: string;
  readonly endpointId: string;
  /** The replay's version when the message was sent: see wake/replay.ts. */
  readonly version: number;
}

export function encodeReplayMessage(message: ReplayMessage): string {
  const { replayId, endpointId, tenant, environment, version } = message;
  return JSON.stringify({
    v: VERSION,
    rpl: replayId,
    ep: endpointId,
    tn: tenant,
    env: environment,
    ver: version,
  });
}

/** The message of the wakes queue if it is about a replay. */
export function replayMessageIn(body: string): ReplayMessage | undefined {
  try {
    const message = replayMessageSchema.parse(JSON.parse(body));
    return {
      replayId: message.rpl,
      endpointId: message.ep,
      tenant: message.tn,
      environment: message.env,
      version: message.ver,
    };
  } catch {
    return undefined;
  }
}

function decode<T>(queue: string, body: string, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(body));
  } catch (error) {
    const newer = newerVersionOf(body);
    if (newer !== undefined) throw new NewerVersionError(`a message on ${queue}`, newer, VERSION);
    throw new MalformedMessageError(queue, error);
  }
}

/** Whatever else has changed in such a message: it is not malformed, only not for this code. */
function newerVersionOf(body: string): number | undefined {
  try {
    return newerSchema.safeParse(JSON.parse(body)).data?.v;
  } catch {
    return undefined;
  }
}

/** Event data as bytes, deflated (RFC 1951) where that is shorter. */
export function packData(
  data: string,
  fromBytes = DEFLATE_FROM_BYTES,
): { readonly bytes: Buffer; readonly deflated: boolean } {
  const plain = Buffer.from(data, 'utf8');
  if (plain.length <= fromBytes) return { bytes: plain, deflated: false };
  const deflated = deflateRawSync(plain, plain.length <= SMALL_BYTES ? FOR_SMALL : { level: 6 });
  return deflated.length < plain.length
    ? { bytes: deflated, deflated: true }
    : { bytes: plain, deflated: false };
}

export function unpackData(bytes: Uint8Array, deflated: boolean): string {
  const plain = deflated ? inflateRawSync(bytes, inflating(bytes.length)) : bytes;
  return Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength).toString('utf8');
}

/** zlib allocates a chunk at a time: 16 KiB unless said. */
function inflating(bytes: number): { readonly chunkSize: number } {
  return { chunkSize: bytes <= SMALL_BYTES / 2 ? SMALL_BYTES : 16 * 1024 };
}

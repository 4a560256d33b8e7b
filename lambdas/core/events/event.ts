// An event: an immutable fact, as producers post it and as the ledger keeps it.

import * as z from 'zod';
import { instantMs, instantSchema } from '../instant.ts';
import type { Scope } from '../scope.ts';
import { TENANT_ID } from '../scope.ts';
import { isReserved, RESERVED_PREFIX } from './reserved.ts';
import type { TraceContext } from './trace-context.ts';

/** Dotted names, from general to special: `identity_document.approved`. */
export const EVENT_TYPE = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/;
export const MAX_EVENT_TYPE_LENGTH = 128;
const MAX_CHANNELS = 5;
/** A single event's request body, in bytes. */
export const MAX_EVENT_BYTES = 256 * 1024;
/** A batch's request body, in bytes, and its number of events. */
export const MAX_BATCH_BYTES = 4 * 1024 * 1024;
export const MAX_BATCH_EVENTS = 100;

export const POSTERS = ['operator', 'tenant'] as const;
export type Poster = (typeof POSTERS)[number];

export interface Event extends Scope {
  readonly id: string;
  readonly type: string;
  /** Unix time in milliseconds at which the event was accepted (answered 202). */
  readonly acceptedAtMs: number;
  /** When the fact happened, as the producer wrote it (RFC 3339), if it said so. */
  readonly occurredAt?: string;
  readonly subject?: string;
  readonly channels: readonly string[];
  /** Whose key posted it. Absent of what Posthorn makes itself, and of events from before this was noted. */
  readonly postedBy?: Poster;
  /** The producer's, if it sent one. */
  readonly trace?: TraceContext;
  /** The data's exact source text: a JSON object; `null` of a redacted event, and of a closed one. */
  readonly data: string;
  /** Data and subject, sealed: there as long as they are closed, and while they travel. */
  readonly sealedContent?: Uint8Array;
  /** Of the hashes of what is sent: see body-hash.ts. Events from before there was one have none, and redacted ones. */
  readonly salt?: Uint8Array;
  /** When its data and subject were removed for good, Unix milliseconds. */
  readonly redactedAtMs?: number;
}

export const eventTypeSchema = z
  .string()
  .max(MAX_EVENT_TYPE_LENGTH, `must be at most ${MAX_EVENT_TYPE_LENGTH} characters`)
  .regex(EVENT_TYPE, 'must be dotted names of letters, digits, _ and -, such as decision.approved');

export const channelSchema = z
  .string()
  .regex(/^[A-Za-z0-9_.:-]{1,64}$/, 'must be 1 to 64 letters, digits, and _ . : -');

/** Those that one event may carry. */
export const channelsSchema = z
  .array(channelSchema)
  .max(MAX_CHANNELS, `must be at most ${MAX_CHANNELS}`)
  .refine((channels) => new Set(channels).size === channels.length, 'must not repeat a channel')
  .meta({ uniqueItems: true });

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it refuses
export const WITHOUT_CONTROLS = /^[^\u0000-\u001f\u007f]*$/;

/** A printable subject: what the event is about (a session, a customer), for listings. */
export const subjectSchema = z
  .string()
  .min(1, 'must not be empty')
  .max(256, 'must be at most 256 characters')
  .regex(WITHOUT_CONTROLS, 'must not hold control characters')
  .refine((text) => text.isWellFormed(), 'must be well-formed Unicode');

export const dataSchema = z
  .custom<Record<string, unknown>>(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
    'must be a JSON object',
  )
  .meta({ type: 'object' });

/** The body of `POST /v1/events`. `data` is checked for its kind only: its bytes are kept apart. */
export const eventInputSchema = z.strictObject({
  type: eventTypeSchema
    .refine((type) => !isReserved(type), `must not begin with ${RESERVED_PREFIX}`)
    .meta({ description: 'Types that begin with `posthorn.` are reserved.' }),
  data: dataSchema,
  occurredAt: instantSchema.optional(),
  tenant: z.string().regex(TENANT_ID, 'must be 1 to 64 letters, digits, _ and -').optional(),
  subject: subjectSchema.optional(),
  channels: channelsSchema.optional(),
});
export type EventInput = z.infer<typeof eventInputSchema>;

/** 1 to 255 printable ASCII characters (draft-ietf-httpapi-idempotency-key-header). */
export const idempotencyKeySchema = z
  .string()
  .regex(/^[\x20-\x7e]{1,255}$/, 'must be 1 to 255 printable ASCII characters');

/** An event in a batch may carry its idempotency key in the body. */
export const batchEventInputSchema = eventInputSchema.extend({
  idempotencyKey: idempotencyKeySchema.optional(),
});
export type BatchEventInput = z.infer<typeof batchEventInputSchema>;

/** When the event happened as far as we know, in Unix milliseconds. */
export function occurredAtMs(event: Pick<Event, 'acceptedAtMs' | 'occurredAt'>): number {
  return event.occurredAt === undefined ? event.acceptedAtMs : instantMs(event.occurredAt);
}

export function isRedacted({ redactedAtMs }: Pick<Event, 'redactedAtMs'>): boolean {
  return redactedAtMs !== undefined;
}

// Attempts that are to be made, as they travel on the queues that dispatch reads.
import * as z from 'zod';
import type { Event } from '../events/event.ts';
import { decode, scopeShape, VERSION, versionSchema } from '../message-format.ts';
import { CAUSES } from '../retries/cause.ts';

export interface DelayedMessage {
  readonly message: DeliveryMessage;
  /** 0 to 900. */
  readonly delaySeconds: number;
}

/** Of a first attempt. */
export interface FirstMessage extends DeliveryMessage {
  readonly isSlow?: boolean;
  /** The event's own message, to go with it: see `carried.ts`. */
  readonly eventBody?: string;
}

/** The queues that dispatch reads. */
export type DispatchQueue = 'deliveries' | 'slow' | 'retries';

export interface DeliveryQueue {
  /**
   * Resolves to the indexes of the entries that could not be sent, after trying again. Messages
   * for slow endpoints go to the slow lane.
   */
  sendDeliveries(messages: readonly FirstMessage[]): Promise<ReadonlySet<number>>;
}

export interface RetryQueue {
  /** Resolves to the indexes of the entries that could not be sent, after trying again. */
  sendRetries(messages: readonly DelayedMessage[]): Promise<ReadonlySet<number>>;
}

export interface Postponement {
  /** Hides a message that is in flight for so many seconds from now. */
  postpone(queue: DispatchQueue, receiptHandle: string, seconds: number): Promise<void>;
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
  /** Present if wake let it pass: see `maySend`. */
  rel: z.literal(1).optional(),
  /** The event's message. */
  e: z.unknown().optional(),
  /** Present if its endpoint had a transformation when the event was fanned out. */
  tf: z.literal(1).optional(),
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
  /** Whether wake let it pass: its endpoint may be recovering, probed, or working off a backlog. */
  readonly released?: boolean;
  /** The event's message as it came with this one, unread. */
  readonly carried?: unknown;
  /** Whether its endpoint had a transformation when the event was fanned out. */
  readonly transforms?: boolean;
}

export function encodeDeliveryMessage(message: FirstMessage): string {
  const own = JSON.stringify({
    v: VERSION,
    ev: message.eventId,
    ep: message.endpointId,
    tn: message.tenant,
    env: message.environment,
    run: message.run,
    n: message.attempt,
    cause: message.cause,
    d: message.doubtful ? 1 : undefined,
    rel: message.released ? 1 : undefined,
    tf: message.transforms ? 1 : undefined,
  });
  // It is JSON already, in characters that SQS takes.
  return message.eventBody === undefined ? own : `${own.slice(0, -1)},"e":${message.eventBody}}`;
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
    ...(message.e === undefined ? {} : { carried: message.e }),
    ...(message.tf === 1 ? { transforms: true } : {}),
  };
}

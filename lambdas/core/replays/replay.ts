// A replay: deliveries of an endpoint and a span of time that are sent once more, oldest first, as a job
// that goes page by page.
import * as z from 'zod';
import { attemptsMade, type Delivery } from '../deliveries/delivery.ts';
import { subjectSchema } from '../events/event.ts';
import { instantMs, instantSchema } from '../instant.ts';
import type { EndpointAddress } from '../scope.ts';
import { matchesPattern } from '../subscriptions/matching.ts';
import { MAX_PATTERNS, patternSchema } from '../subscriptions/patterns.ts';

/**
 * Final states, and `any` for all of them; waiting deliveries are under way and are skipped. `failed` means deliveries
 * that did not arrive: dead ones, and those that wait after a failed attempt of their run.
 */
export const REPLAYED_STATUSES = ['dead', 'failed', 'delivered', 'cancelled', 'any'] as const;
type ReplayedStatus = (typeof REPLAYED_STATUSES)[number];

const selectionShape = {
  since: instantSchema,
  until: instantSchema.optional(),
  types: z.array(patternSchema).max(MAX_PATTERNS).default([]),
  subject: subjectSchema.optional(),
  dryRun: z.boolean().default(false),
};

const isRange = ({ since, until }: { since: string; until?: string | undefined }): boolean =>
  until === undefined || instantMs(since) < instantMs(until);
const noRange = { path: ['until'], message: 'must be after since' };

/** The body of `POST /v1/replays`. */
export const replayInputSchema = z
  .strictObject({
    endpoint: z
      .string()
      .max(128, 'must be at most 128 characters')
      .meta({ example: 'ep_01kg9vhq5pfh9tz4dg5ckhsvhm' }),
    ...selectionShape,
    status: z
      .enum(REPLAYED_STATUSES, `must be one of ${REPLAYED_STATUSES.join(', ')}`)
      .default('dead'),
  })
  .refine(isRange, noRange);
export type ReplayInput = z.infer<typeof replayInputSchema>;

/** The body of `POST /v1/endpoints/{id}/recover`. */
export const recoveryInputSchema = z.strictObject(selectionShape).refine(isRange, noRange);

/** Which deliveries: by the time at which their events were accepted. */
export interface ReplaySearch extends EndpointAddress {
  /** Unix milliseconds, inclusive. */
  readonly sinceMs: number;
  /** Unix milliseconds, exclusive; never after the replay was asked for. */
  readonly untilMs: number;
  readonly status: ReplayedStatus;
  /** Patterns of which one must match; an empty list means all types. */
  readonly types: readonly string[];
  /** Without it, all subjects. */
  readonly subject?: string;
}

/** A delivery that is to be sent again, and its run when it was found. */
export interface PlannedReplay {
  readonly eventId: string;
  readonly run: number;
}

export interface Replay extends ReplaySearch {
  readonly id: string;
  readonly state: 'running' | 'paused' | 'done' | 'cancelled';
  readonly cancelledBy?: 'user' | 'endpoint_deleted';
  /** Where the search goes on; absent before the first page. */
  readonly cursor?: string;
  /** Whether nothing is left to be found. */
  readonly isSearched: boolean;
  /** Whether it searches once more when it is done: the index may not have shown yet what had just died. */
  readonly looksAgain?: boolean;
  /** The page that was found last. It is sent before the search continues, and found here again after a crash. */
  readonly page: readonly PlannedReplay[];
  /** When the event was accepted that the search has come to, Unix milliseconds. */
  readonly reachedMs?: number;
  readonly found: number;
  readonly sent: number;
  /** Deliveries that changed after they were found, and were not resent. */
  readonly skipped: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** Counts the writes, from 1. */
  readonly version: number;
  /** Random: tells whose write the latest one was. */
  readonly writer: string;
}

export function hasEnded({ state }: Pick<Replay, 'state'>): boolean {
  return state === 'done' || state === 'cancelled';
}

/** @param delivery as it stands: see `standingAt` */
export function isReplayed(search: ReplayFilter, delivery: Delivery): boolean {
  const { types, subject } = search;
  if (!isOfStatus(search, delivery)) return false;
  // What was redacted has nothing left to send.
  if (delivery.redactedAtMs !== undefined) return false;
  if (subject !== undefined && delivery.subject !== subject) return false;
  return types.length === 0 || types.some((type) => matchesPattern(type, delivery.eventType));
}

type ReplayFilter = Pick<ReplaySearch, 'status' | 'types' | 'subject'>;

/** Whether a delivery may be resent in its current state. One whose run has no attempt yet is already on its way. */
export function isOfStatus({ status }: Pick<ReplaySearch, 'status'>, delivery: Delivery): boolean {
  const { state } = delivery;
  if (state === 'waiting') return status === 'failed' && !isUnsent(delivery);
  return status === 'any' || state === (status === 'failed' ? 'dead' : status);
}

/** Whether a delivery is in the run that this replay opened after the one that was planned on. */
export function isReopened(
  { id }: Pick<Replay, 'id'>,
  delivery: Delivery,
  planned: PlannedReplay,
): boolean {
  return delivery.run === planned.run + 1 && delivery.replayId === id;
}

/** Whether its message may not have been sent: no attempt of its run was made. */
export function isUnsent(delivery: Delivery): boolean {
  return delivery.state === 'waiting' && attemptsMade(delivery) === delivery.attemptsBeforeRun;
}

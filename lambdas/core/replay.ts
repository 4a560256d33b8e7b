// A replay: deliveries of an endpoint and a span of time that are sent once more, oldest first, as a job
// that goes page by page.
import { z } from 'zod';
import type { Delivery } from './delivery.ts';
import type { EndpointAddress } from './ports.ts';
import { MAX_PATTERNS, matchesPattern, patternSchema } from './subscription.ts';

/** What has ended; `any` stands for all of them. What waits is under way and is left alone. */
export const REPLAYED_STATUSES = ['dead', 'delivered', 'cancelled', 'any'] as const;
export type ReplayedStatus = (typeof REPLAYED_STATUSES)[number];

const timeSchema = z.iso.datetime({
  offset: true,
  error: 'must be an RFC 3339 time, such as 2026-01-31T09:30:00Z',
});

/** The body of `POST /v1/replays`. */
export const replayInputSchema = z
  .strictObject({
    endpoint: z.string().max(128, 'must be at most 128 characters'),
    since: timeSchema,
    until: timeSchema.optional(),
    status: z
      .enum(REPLAYED_STATUSES, `must be one of ${REPLAYED_STATUSES.join(', ')}`)
      .default('dead'),
    types: z.array(patternSchema).max(MAX_PATTERNS).default([]),
    dryRun: z.boolean().default(false),
  })
  .refine(({ since, until }) => until === undefined || Date.parse(since) < Date.parse(until), {
    path: ['until'],
    message: 'must be after since',
  });
export type ReplayInput = z.infer<typeof replayInputSchema>;

/** Which deliveries: by the time at which their events were accepted. */
export interface ReplaySearch extends EndpointAddress {
  /** Unix milliseconds, inclusive. */
  readonly sinceMs: number;
  /** Unix milliseconds, exclusive; never after the replay was asked for. */
  readonly untilMs: number;
  readonly status: ReplayedStatus;
  /** Patterns of which one must match; an empty list means all types. */
  readonly types: readonly string[];
}

/** A delivery that is to be sent again, and its run when it was found. */
export interface PlannedReplay {
  readonly eventId: string;
  readonly run: number;
}

export interface Replay extends ReplaySearch {
  readonly id: string;
  readonly state: 'running' | 'done' | 'cancelled';
  readonly cancelledBy?: 'user' | 'endpoint_deleted';
  /** Where the search goes on; absent before the first page. */
  readonly cursor?: string;
  /** Whether nothing is left to be found. */
  readonly isSearched: boolean;
  /** What was found last, to be sent before the search goes on: a crash finds it here again. */
  readonly page: readonly PlannedReplay[];
  readonly found: number;
  readonly sent: number;
  /** Found, and moved on before they were sent. */
  readonly skipped: number;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** Counts the writes, from 1. */
  readonly version: number;
  /** Random: tells whose write the latest one was. */
  readonly writer: string;
}

export function isReplayed(
  { status, types }: Pick<ReplaySearch, 'status' | 'types'>,
  delivery: Pick<Delivery, 'state' | 'eventType' | 'redactedAtMs'>,
): boolean {
  // What was redacted has nothing left to send.
  if (delivery.state === 'waiting' || delivery.redactedAtMs !== undefined) return false;
  if (status !== 'any' && delivery.state !== status) return false;
  return types.length === 0 || types.some((type) => matchesPattern(type, delivery.eventType));
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
  return delivery.state === 'waiting' && delivery.attempts.length === delivery.attemptsBeforeRun;
}

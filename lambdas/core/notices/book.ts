// The book of a tenant's notices: what is followed, and what waits to be told. At most ten an hour are told one by one.
import { HOUR_MS } from '../analytics/hour.ts';
import type { Event } from '../events/event.ts';
import type { LaterCertificates } from './certificates.ts';
import type { Followed } from './follow.ts';
import type { NoticeKind } from './kinds.ts';
import { endOfHours } from './local-time.ts';
import type { NoticeSettings } from './settings.ts';

/** Endpoints in trouble that are followed at once; others come when there is room. */
export const MAX_FOLLOWED = 500;
/** Notices that wait; of what is beyond, only numbers are told. */
export const MAX_WAITING = 200;
/** Of what is followed and what waits together, as JSON: with what is sent it has to fit into an item of DynamoDB. */
const MAX_BYTES = 300_000;
/** So many an hour are told one by one; what is beyond is told in one sum when the hour is over. */
export const MAX_AN_HOUR = 10;
/** Of a sum, those that are listed. */
const MAX_LISTED = 50;

/** A notice that waits. */
export interface Notice {
  readonly kind: NoticeKind;
  readonly data: { readonly endpoint: string; readonly since: string } & Readonly<
    Record<string, unknown>
  >;
}

export interface NoticeBook {
  readonly endpoints: Readonly<Record<string, Followed>>;
  readonly waiting: readonly Notice[];
  /** Certificates that nothing is told of yet. */
  readonly later?: LaterCertificates;
  /** How many more there were, by kind. */
  readonly beyond?: Readonly<Partial<Record<NoticeKind, number>>>;
  /** Since when single notices are counted, Unix milliseconds, and how many there were. */
  readonly hour?: { readonly startMs: number; readonly told: number };
  /** The last daily digest, or when they were begun with, Unix milliseconds. */
  readonly digestedAtMs?: number;
  /** What is told, whatever happens: it is sent once it stands here. */
  readonly sending?: readonly Event[];
  /** For which moment there is a message on the wakes queue, Unix milliseconds. */
  readonly wokenAtMs?: number;
}

export const EMPTY_BOOK: NoticeBook = { endpoints: {}, waiting: [] };

/** What is on its way out. */
export interface Paced {
  readonly after: NoticeBook;
  readonly single: readonly Notice[];
  /** Data of a sum, if there is one. */
  readonly sum: Readonly<Record<string, unknown>> | undefined;
  /** When more may be told, Unix milliseconds. */
  readonly lookAtMs?: number;
}

export function withNotices(book: NoticeBook, made: readonly Notice[]): NoticeBook {
  const all = [...book.waiting, ...made];
  const waiting = fitting(all, MAX_BYTES - bytesOf([book.endpoints, book.later]));
  const beyond = { ...book.beyond };
  for (const { kind } of all.slice(waiting.length)) beyond[kind] = (beyond[kind] ?? 0) + 1;
  return { ...book, waiting, ...(Object.keys(beyond).length > 0 && { beyond }) };
}

/** The first ones, as many as there is room for. */
function fitting(all: readonly Notice[], room: number): readonly Notice[] {
  let left = room;
  const tooMuch = all.slice(0, MAX_WAITING).findIndex((notice) => {
    left -= bytesOf(notice);
    return left < 0;
  });
  return all.slice(0, tooMuch === -1 ? MAX_WAITING : tooMuch);
}

const bytesOf = (part: object): number => Buffer.byteLength(JSON.stringify(part));

export function paced(book: NoticeBook, settings: NoticeSettings, nowMs: number): Paced {
  const nothing = { after: book, single: [], sum: undefined };
  if (book.waiting.length === 0) return nothing;
  const { quietHours, timeZone } = settings;
  const quietUntilMs = quietHours ? endOfHours(timeZone, quietHours, nowMs) : undefined;
  if (quietUntilMs !== undefined) return { ...nothing, lookAtMs: quietUntilMs };
  const endMs = (book.hour?.startMs ?? 0) + HOUR_MS;
  const isOver = nowMs >= endMs;
  const wasFull = (book.hour?.told ?? 0) >= MAX_AN_HOUR;
  if (isOver && wasFull) {
    const { beyond, ...rest } = book;
    const after = { ...rest, waiting: [], hour: { startMs: nowMs, told: 1 } };
    return { after, single: [], sum: sumOf(book) };
  }
  const told = isOver ? 0 : (book.hour?.told ?? 0);
  const startMs = isOver ? nowMs : (book.hour?.startMs ?? nowMs);
  const single = book.waiting.slice(0, MAX_AN_HOUR - told);
  const waiting = book.waiting.slice(single.length);
  const after = { ...book, waiting, hour: { startMs, told: told + single.length } };
  const lookAtMs = waiting.length > 0 ? { lookAtMs: startMs + HOUR_MS } : {};
  return { after, single, sum: undefined, ...lookAtMs };
}

function sumOf({ waiting, beyond = {} }: NoticeBook): Readonly<Record<string, unknown>> {
  const counts: Partial<Record<NoticeKind, number>> = { ...beyond };
  for (const { kind } of waiting) counts[kind] = (counts[kind] ?? 0) + 1;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const listed = waiting.slice(0, MAX_LISTED).map(({ kind, data: { endpoint, since } }) => ({
    kind,
    endpoint,
    since,
  }));
  return { total, counts, notices: listed };
}

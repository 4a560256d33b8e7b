// A step of what is followed of an endpoint: what is seen of it, and what is told.
import type { Health } from '../health/health.ts';
import { DAY_MS } from '../time.ts';
import type { NoticeKind } from './kinds.ts';
import type { DueCertificates, Mark } from './mark.ts';

/** What lasts is told once a day more. */
export const REMIND_EVERY_MS = DAY_MS;

export interface Seen {
  readonly health: Health;
  readonly mark: Mark | undefined;
  /** Certificates that were seen before the mark, and are to be told of now. */
  readonly due?: DueCertificates | undefined;
  /** Of its last whole hours; undefined if there were too few attempts. */
  readonly p95Ms?: number | undefined;
  readonly slowAboveMs: number;
}

/** Something to tell. Its kind and time, with the endpoint, make its id. */
export interface Told {
  readonly kind: NoticeKind;
  /** When what is told began, Unix milliseconds. */
  readonly sinceMs: number;
  /** How often it was told before. */
  readonly reminders: number;
  /** What the kind has beside that. */
  readonly facts: Readonly<Record<string, string | number | null>>;
}

export interface Step<T> {
  /** Undefined if there is nothing left to follow. */
  readonly after: T | undefined;
  readonly told: readonly Told[];
  /** When to look again at the latest, Unix milliseconds. */
  readonly lookAtMs?: number | undefined;
}

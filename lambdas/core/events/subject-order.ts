// Which of a subject's events is the latest: the one that happened last, as its producer says.

import { createHash } from 'node:crypto';
import type { Scope } from '../scope.ts';
import { type Event, occurredAtMs } from './event.ts';

/** Digits of the latest time that RFC 3339 can write (the year 9999), in milliseconds. */
const TIME_DIGITS = 15;

/** Sorts as text; of events of the same time the one accepted last wins. */
export function subjectOrderOf(event: Pick<Event, 'id' | 'acceptedAtMs' | 'occurredAt'>): string {
  const atMs = Math.max(0, Math.floor(occurredAtMs(event)));
  return `${String(atMs).padStart(TIME_DIGITS, '0')}#${event.id}`;
}

/** The key of a subject's pointers, hashed: subjects may be long, and contain any character. */
export function hashOfSubject(subject: string): string {
  return createHash('sha256').update(subject).digest('base64url');
}

/** Of each subject and type only the latest: the others would not last. */
export function latestOfEach(events: readonly Event[]): Event[] {
  const latest = new Map<string, Event>();
  for (const event of events) {
    if (event.subject === undefined) continue;
    const key = JSON.stringify([event.environment, event.tenant, event.subject, event.type]);
    const other = latest.get(key);
    if (!other || subjectOrderOf(other) < subjectOrderOf(event)) latest.set(key, event);
  }
  return [...latest.values()];
}

export interface SubjectLedger {
  /** Makes these the latest events of their subjects and types, where no later one is. */
  putLatest(events: readonly Event[]): Promise<void>;
  /** The id of a subject's latest event, of one type or of all. */
  findLatest(scope: Scope, subject: string, type?: string): Promise<string | undefined>;
}

// A line of the archive: an attempt, how a run of a delivery ended, or both in one. Ids and times only, and no personal
// data: what is erased elsewhere never has to be erased here. docs/analytics.md has the same for readers with SQL.
import { defined } from '../defined.ts';
import type { Attempt, Delivery, StoredState } from '../deliveries/delivery.ts';
import { NewerVersionError } from '../errors.ts';
import type { Cause } from '../retries/cause.ts';
import type { Scope } from '../scope.ts';
import { hourOf } from './hour.ts';

const VERSION = 1;

/** States in which a run ends; nothing is withheld yet. */
export type EndState = Exclude<StoredState, 'waiting'> | 'withheld';

export interface AttemptFacts {
  /** Counted from 1 over all runs. */
  readonly attempt: number;
  readonly attemptInRun: number;
  readonly cause: Cause;
  /** When it began, Unix milliseconds, and how long it took. */
  readonly at: number;
  readonly ms: number;
  readonly outcome: string;
  readonly dnsMs?: number;
  readonly connectMs?: number;
  readonly tlsMs?: number;
  readonly firstByteMs?: number;
  /** Of the response's body, as far as it was read. */
  readonly bytes?: number;
  /** The lane that it took, if it was not the usual one. */
  readonly lane?: 'slow';
  /** The number of the URL, of an endpoint with several. */
  readonly url?: number;
  /** HMAC-SHA256 of the request's body under the salt of its event. */
  readonly bodyHash?: string;
}

export interface EndFacts {
  readonly end: EndState;
  /** Unix milliseconds. */
  readonly endedAt: number;
  readonly reason?: string;
  /** How many attempts the run took. */
  readonly attempts: number;
}

interface Subject extends Scope {
  readonly endpoint: string;
  readonly event: string;
  readonly type: string;
  /** When the event was accepted, Unix milliseconds. */
  readonly accepted: number;
  readonly run: number;
  /** Whether a replay opened the run. */
  readonly replay?: true;
}

export type Line = Subject & Partial<AttemptFacts> & Partial<EndFacts>;

export function isAttempt<T extends Line>(line: T): line is T & AttemptFacts {
  return line.attempt !== undefined;
}

export function isEnd<T extends Line>(line: T): line is T & EndFacts {
  return line.end !== undefined;
}

/** The hour that a line belongs to: an attempt and the end that it brought about share one. */
export function hourOfLine(line: Line): string {
  return hourOf(isAttempt(line) ? line.at + line.ms : (line.endedAt ?? line.accepted));
}

export function encodeLine(line: Line): string {
  return JSON.stringify({ v: VERSION, ...line });
}

/** @throws NewerVersionError, SyntaxError */
export function decodeLine(text: string): Line {
  const { v, ...line } = JSON.parse(text);
  if (v > VERSION) throw new NewerVersionError('a line of the archive', v, VERSION);
  return line;
}

/**
 * What a write of a delivery adds to the archive. Found by the attempts' numbers, since old attempts drop out of the
 * list, and a pure function of the two items: whoever reads the write again finds the same.
 */
export function linesOf(before: Delivery | undefined, after: Delivery): Line[] {
  const known = before?.attempts.at(-1)?.number ?? 0;
  const attempts = after.attempts.filter(({ number }) => number > known);
  const isNewEnd =
    after.state !== 'waiting' && !(before?.state === after.state && before.run === after.run);
  const end = isNewEnd ? endOf(after) : undefined;
  const subject = subjectOf(after);
  const lines: Line[] = attempts.map((attempt) => ({
    ...subject,
    run: attempt.run,
    ...openedByReplay(after, attempt.run),
    attempt: attempt.number,
    attemptInRun: numberInRun(after, attempt),
    cause: attempt.cause,
    at: attempt.atMs,
    ms: attempt.durationMs,
    outcome: attempt.outcome,
    ...reached(attempt.phases),
  }));
  const newest = lines.pop();
  if (newest) lines.push({ ...newest, ...sentFacts(after) });
  const last = lines.at(-1);
  if (end && last && isAttempt(last) && last.at + last.ms === end.endedAt) {
    return [...lines.slice(0, -1), { ...last, ...end }];
  }
  return end ? [...lines, { ...subject, ...openedByReplay(after, after.run), ...end }] : lines;
}

/** An earlier run is told by its attempts: the delivery names the replay of its latest alone. */
function openedByReplay(
  { run: latest, replayId, attempts }: Delivery,
  run: number,
): Pick<Subject, 'replay'> {
  const isReplay =
    run === latest
      ? replayId !== undefined
      : attempts.some((one) => one.run === run && one.cause === 'replay');
  return isReplay ? { replay: true } : {};
}

/** Parts that there were, and that were reached. */
function reached(phases: Attempt['phases']): Partial<AttemptFacts> {
  const parts = Object.entries(phases ?? {}).filter(([, ms]) => ms !== null);
  return Object.fromEntries(parts);
}

/** Of the latest attempt. */
function sentFacts({ lastSent }: Delivery): Partial<AttemptFacts> {
  const { bytes, isSlow, bodyHash } = lastSent ?? {};
  return defined({ bytes, lane: isSlow && ('slow' as const), bodyHash });
}

function subjectOf(delivery: Delivery): Subject {
  const { tenant, environment, endpointId, eventId, eventType, acceptedAtMs, run } = delivery;
  return {
    tenant,
    environment,
    endpoint: endpointId,
    event: eventId,
    type: eventType,
    accepted: acceptedAtMs,
    run,
  };
}

function numberInRun(delivery: Delivery, attempt: Attempt): number {
  if (attempt.run === delivery.run) return attempt.number - delivery.attemptsBeforeRun;
  const first = delivery.attempts.find(({ run }) => run === attempt.run);
  return attempt.number - (first?.number ?? attempt.number) + 1;
}

function endOf(delivery: Delivery): EndFacts {
  const { state, deathReason, attempts, attemptsBeforeRun } = delivery;
  const made = attempts.at(-1)?.number ?? 0;
  return {
    end: state as EndState, // asked only of what has ended
    endedAt: endedAtMs(delivery),
    ...defined({ reason: deathReason }),
    attempts: Math.max(0, made - attemptsBeforeRun),
  };
}

/** A deadline that passed ends a delivery at that moment, whenever somebody met it. */
function endedAtMs(delivery: Delivery): number {
  const { endedAtMs, redactedAtMs, state, deathReason, dueAtMs, deadlineAtMs } = delivery;
  if (endedAtMs !== undefined) return endedAtMs;
  if (state === 'dead' && deathReason === 'deadline' && dueAtMs !== undefined) return deadlineAtMs;
  if (state === 'cancelled' && redactedAtMs !== undefined) return redactedAtMs;
  const last = delivery.attempts.at(-1);
  return last ? last.atMs + last.durationMs : delivery.acceptedAtMs;
}

// Refills hours of the archive from the ledger: what record missed while the stream kept it no longer. A procedure over
// the ports of archive and hours; what is archived already is left out.
import type { Delivery } from '../deliveries/delivery.ts';
import { scopeKey } from '../scope.ts';
import { type Archive, linesIn, packLines, prefixOf } from './archive.ts';
import { HOUR_MS, hourOf, hourStartMs } from './hour.ts';
import { hourOfLine, isAttempt, isEnd, type Line, linesOf } from './line.ts';
import type { DueHours } from './store.ts';

export interface RefillPorts {
  readonly archive: Archive;
  readonly hours: DueHours;
  readonly newToken: () => string;
}

const LINES_OF_OBJECT = 10_000;

/**
 * @param wanted the hours in which writes were missed
 * @returns how many lines were missing */
export async function refill(
  { archive, hours, newToken }: RefillPorts,
  wanted: readonly string[],
  deliveries: Iterable<Delivery> | AsyncIterable<Delivery>,
): Promise<number> {
  const known = await knownIn(archive, withNeighbours(wanted));
  const missing = new Map<string, Line[]>(wanted.map((hour) => [hour, []]));
  const newest = wanted.reduce((a, b) => (a > b ? a : b), '');
  const passed = new Map<string, Line[]>();
  for await (const delivery of deliveries) {
    for (const line of linesOf(undefined, delivery)) {
      const hour = hourOfLine(line);
      if (!missing.has(hour) && hour < newest && isPassedDeadline(line)) {
        const others = passed.get(hour);
        if (others) others.push(line);
        else passed.set(hour, [line]);
        continue;
      }
      const unknown = without(line, known);
      if (unknown) missing.get(hourOfLine(unknown))?.push(unknown);
    }
  }
  for (const [hour, lines] of passed) {
    const there = await knownIn(archive, new Set([hour]));
    missing.set(
      hour,
      lines.filter((line) => without(line, there)),
    );
  }
  let count = 0;
  for (const [hour, lines] of missing) {
    for (let from = 0; from < lines.length; from += LINES_OF_OBJECT) {
      const some = lines.slice(from, from + LINES_OF_OBJECT);
      const { key, body } = packLines(hour, some, 'refill', String(from));
      await archive.put(key, body);
      count += some.length;
    }
    // Also if nothing was missing: record may have put lines, and died before it marked their hour.
    await hours.mark(hour, newToken());
  }
  return count;
}

/** It belongs to the hour of its deadline, but was written when somebody met it: that may be weeks later. */
function isPassedDeadline(line: Line): boolean {
  return isEnd(line) && !isAttempt(line) && line.reason === 'deadline';
}

/** The message of a first attempt that came twice may have written it over: a little later, and in the next hour. */
function withNeighbours(hours: readonly string[]): Set<string> {
  return new Set(
    hours.flatMap((hour) => [-1, 0, 1].map((by) => hourOf(hourStartMs(hour) + by * HOUR_MS))),
  );
}

const attemptKey = (line: Line) => `${deliveryOf(line)} ${line.attempt}`;
const endKey = (line: Line) => `${deliveryOf(line)} ${line.run} ${line.end}`;
const deliveryOf = (line: Line) => `${scopeKey(line)} ${line.endpoint} ${line.event}`;

async function knownIn(
  archive: Pick<Archive, 'list' | 'get'>,
  hours: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const known = new Set<string>();
  for (const hour of hours) {
    for (const { key } of await archive.list(prefixOf(hour))) {
      for (const line of linesIn(await archive.get(key))) {
        if (isAttempt(line)) known.add(attemptKey(line));
        if (isEnd(line)) known.add(endKey(line));
      }
    }
  }
  return known;
}

/** The parts of a line that are not known; undefined if it has none. */
function without(line: Line, known: ReadonlySet<string>): Line | undefined {
  const hasAttempt = isAttempt(line) && !known.has(attemptKey(line));
  const hasEnd = isEnd(line) && !known.has(endKey(line));
  if (!hasAttempt && !hasEnd) return undefined;
  if (!hasEnd) {
    const { end, endedAt, reason, attempts, ...attempt } = line;
    return attempt;
  }
  if (hasAttempt || !isAttempt(line)) return line;
  const { attempt, attemptInRun, cause, at, ms, outcome, ...rest } = line;
  const { dnsMs, connectMs, tlsMs, firstByteMs, bytes, lane, url, bodyHash, ...end } = rest;
  return end;
}

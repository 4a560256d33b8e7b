// Times of day in a named time zone, with its changes of the clock.
import * as z from 'zod';

/** `HH:MM`, from 00:00 to 23:59. */
export const timeOfDaySchema = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day, such as 22:00')
  .meta({ example: '22:00' });

export const timeZoneSchema = z
  .string()
  .max(64, 'must be at most 64 characters')
  .refine(isTimeZone, 'must be a time zone of the IANA database, such as Europe/Berlin')
  .meta({ example: 'Europe/Berlin' });

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

function isTimeZone(name: string): boolean {
  try {
    return formatIn(name) !== undefined;
  } catch {
    return false;
  }
}

/** Making one takes longer than using it. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatIn(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const options = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const format = new Intl.DateTimeFormat('en-GB', { ...options, timeZone });
  // There are some 600 names.
  formats.set(timeZone, format);
  return format;
}

const minutesOf = (timeOfDay: string): number =>
  Number(timeOfDay.slice(0, 2)) * 60 + Number(timeOfDay.slice(3, 5));

/** Minutes since midnight, as clocks show them there. */
function minutesAt(timeZone: string, atMs: number): number {
  return minutesOf(formatIn(timeZone).format(atMs));
}

/**
 * When clocks show a time of day next, after a moment, Unix milliseconds. On the day on which clocks leave it out, an hour
 * before or after it.
 */
export function nextTimeOfDay(timeZone: string, timeOfDay: string, afterMs: number): number {
  const startMs = Math.floor(afterMs / MINUTE_MS) * MINUTE_MS;
  const ahead = minutesOf(timeOfDay) - minutesAt(timeZone, startMs);
  const inMinutes = ahead > 0 ? ahead : ahead + DAY_MINUTES;
  const guessMs = startMs + inMinutes * MINUTE_MS;
  // Clocks may be changed in between.
  const off = minutesOf(timeOfDay) - minutesAt(timeZone, guessMs);
  const half = DAY_MINUTES / 2;
  const shift = off > half ? off - DAY_MINUTES : off < -half ? off + DAY_MINUTES : off;
  const atMs = guessMs + shift * MINUTE_MS;
  return atMs > afterMs ? atMs : guessMs;
}

export interface Hours {
  readonly from: string;
  readonly to: string;
}

/** Until when these hours last, Unix milliseconds; undefined outside of them. They may go over midnight. */
export function endOfHours(
  timeZone: string,
  { from, to }: Hours,
  atMs: number,
): number | undefined {
  const [start, end, now] = [minutesOf(from), minutesOf(to), minutesAt(timeZone, atMs)];
  const isWithin = start < end ? now >= start && now < end : now >= start || now < end;
  return isWithin ? nextTimeOfDay(timeZone, to, atMs) : undefined;
}

// Instants as requests write them: RFC 3339, section 5.6, with its leap seconds and its lower case.
import * as z from 'zod';

const FORM =
  /^(?<date>\d{4}-\d\d-\d\d)t(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)(?<fraction>\.\d+)?(?:z|(?<sign>[+-])(?<offsetHour>\d\d):(?<offsetMinute>\d\d))$/i;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
/** Years that four digits can write, in UTC: answers and deliveries are in UTC. */
const FIRST_MS = Date.parse('0001-01-01T00:00:00Z');
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** @returns Unix milliseconds, a leap second as the last before it; NaN if it is none */
export function instantMs(text: string): number {
  const parts = FORM.exec(text)?.groups;
  if (!parts) return Number.NaN;
  const { date = '', fraction = '.0', sign } = parts;
  const [hour, minute, second] = [Number(parts.hour), Number(parts.minute), Number(parts.second)];
  const [offsetHour, offsetMinute] = [
    Number(parts.offsetHour ?? 0),
    Number(parts.offsetMinute ?? 0),
  ];
  const dayMs = Date.parse(`${date}T00:00:00Z`);
  // Date.parse takes the 31st of any month for a day of the next one.
  if (Number.isNaN(dayMs) || new Date(dayMs).toISOString().slice(0, 10) !== date) return Number.NaN;
  if (hour > 23 || minute > 59 || second > 60 || offsetHour > 23 || offsetMinute > 59) {
    return Number.NaN;
  }
  const offsetMs = (offsetHour * 60 + offsetMinute) * MINUTE_MS * (sign === '-' ? -1 : 1);
  const minuteMs = dayMs + (hour * 60 + minute) * MINUTE_MS - offsetMs;
  if (second === 60) {
    // Only the last minute of a day, in UTC, can have it.
    return (((minuteMs % DAY_MS) + DAY_MS) % DAY_MS) + MINUTE_MS === DAY_MS
      ? minuteMs + MINUTE_MS - 1
      : Number.NaN;
  }
  return minuteMs + second * 1000 + Math.floor(Number(fraction) * 1000);
}

/** The text stays as it was written. */
export const instantSchema = z
  .string()
  .superRefine((text, context) => {
    const ms = instantMs(text);
    if (Number.isNaN(ms)) {
      const message = 'must be an RFC 3339 time, such as 2026-01-31T09:30:00Z';
      context.addIssue({ code: 'custom', message });
    } else if (ms < FIRST_MS || ms > LAST_MS) {
      const message = 'must be in the years 0001 to 9999, in UTC';
      context.addIssue({ code: 'custom', message });
    }
  })
  .meta({ format: 'date-time' });

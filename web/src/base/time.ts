// Points in time: how long ago, and absolutely in the zone that a person chose.
import { useEffect, useState } from 'preact/hooks';
import { span } from './numbers.ts';
import { preference } from './preferences.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

export const LOCAL_ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export function zone(): string {
  return preference('zone') === 'local' ? LOCAL_ZONE : 'UTC';
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const timeZone = zone();
  const key = timeZone + JSON.stringify(options);
  const made =
    formats.get(key) ??
    new Intl.DateTimeFormat('en-GB', { timeZone, hourCycle: 'h23', ...options });
  formats.set(key, made);
  return made;
}

type At = string | number;
const ms = (at: At): number => (typeof at === 'number' ? at : Date.parse(at));

/** 14:31 */
export const hourMinute = (at: At): string =>
  format({ hour: '2-digit', minute: '2-digit' }).format(ms(at));

/** 14:31:48 */
export const clock = (at: At): string =>
  format({ hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(ms(at));

/** 30 Nov */
export const dayMonth = (at: At): string =>
  format({ day: 'numeric', month: 'short' }).format(ms(at));

/** 30 Nov 2026, 14:31:48 UTC */
export function absolute(at: At, withMs = false): string {
  const day = format({ day: 'numeric', month: 'short', year: 'numeric' }).format(ms(at));
  const part = withMs ? `.${String(ms(at) % 1000).padStart(3, '0')}` : '';
  return `${day}, ${clock(at)}${part} ${zoneName(at)}`;
}

export function zoneName(at: At = Date.now()): string {
  if (zone() === 'UTC') return 'UTC';
  const parts = format({ timeZoneName: 'short' }).formatToParts(ms(at));
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? zone();
}

/** Today only the time, else the day as well. */
export function briefly(at: At, now = Date.now()): string {
  const isToday = dayMonth(at) === dayMonth(now);
  return isToday ? clock(at) : `${dayMonth(at)}, ${hourMinute(at)}`;
}

/** `12 s ago`, `in 29 min`. */
export function relative(at: At, now: number): string {
  const away = ms(at) - now;
  if (Math.abs(away) < 1000) return 'now';
  return away < 0 ? `${span(-away)} ago` : `in ${span(away)}`;
}

/** The time now, again every few seconds as long as somebody looks. */
export function useNow(everyMs = 5000): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => document.hidden || setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

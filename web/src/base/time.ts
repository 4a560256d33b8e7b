// Points in time: how long ago, and absolutely in the zone that a person chose.
import { useEffect, useRef, useState } from 'preact/hooks';
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

interface Ticking {
  readonly timer: ReturnType<typeof setInterval>;
  readonly looking: Set<() => void>;
}

/** By how often: a list of thousands of ages has one timer. */
const ticking = new Map<number, Ticking>();

function start(everyMs: number): Ticking {
  const looking = new Set<() => void>();
  const tick = () => {
    if (!document.hidden) for (const look of looking) look();
  };
  const started = { timer: setInterval(tick, everyMs), looking };
  ticking.set(everyMs, started);
  return started;
}

function watch(everyMs: number, look: () => void): () => void {
  const { timer, looking } = ticking.get(everyMs) ?? start(everyMs);
  looking.add(look);
  return () => {
    looking.delete(look);
    if (looking.size > 0) return;
    clearInterval(timer);
    ticking.delete(everyMs);
  };
}

/** The time now, again every few seconds as long as somebody looks. */
export function useNow(everyMs = 5000): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => watch(everyMs, () => setNow(Date.now())), [everyMs]);
  return now;
}

/** What is read from the time now. It is drawn anew only where it has changed. */
export function useReadFromNow<T>(read: (now: number) => T, everyMs = 5000): T {
  const shown = read(Date.now());
  const latest = useRef(read);
  latest.current = read;
  const [, draw] = useState(shown);
  useEffect(() => watch(everyMs, () => draw(() => latest.current(Date.now()))), [everyMs]);
  return shown;
}

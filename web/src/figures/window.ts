// Windows of time, and what they are counted in.
import { DAY_MS, HOUR_MS } from '../base/time.ts';
import type { Span } from '../charts/frame.tsx';

export type WindowName = '24h' | '7d' | '30d';

export const WINDOWS: readonly (readonly [WindowName, string])[] = [
  ['24h', '24 h'],
  ['7d', '7 d'],
  ['30d', '30 d'],
];

const LENGTH: Record<WindowName, number> = { '24h': DAY_MS, '7d': 7 * DAY_MS, '30d': 30 * DAY_MS };

export interface Window {
  readonly span: Span;
  readonly stepMs: number;
  readonly granularity: '1h' | '1d';
  readonly since: string;
  readonly until: string;
}

/** The one that an address names, or a day. */
export function windowIn(query: URLSearchParams): WindowName {
  const asked = query.get('window');
  return WINDOWS.find(([one]) => one === asked)?.[0] ?? '24h';
}

/** Whole hours or days, with the one that has just begun. */
export function windowOf(name: WindowName, now = Date.now()): Window {
  const stepMs = name === '30d' ? DAY_MS : HOUR_MS;
  const toMs = Math.ceil((now + 1) / stepMs) * stepMs;
  const span = { fromMs: toMs - LENGTH[name], toMs };
  return {
    span,
    stepMs,
    granularity: stepMs === DAY_MS ? '1d' : '1h',
    since: new Date(span.fromMs).toISOString(),
    until: new Date(span.toMs).toISOString(),
  };
}

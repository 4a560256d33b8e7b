// What a receiver answers may repeat the URL, in a redirect or an error page. Where that is a secret, it is masked.
// Tenants write the URL, and receivers the answer: no pair of them may take long or make the text grow far.
import type { Outcome } from '../retries/outcome.ts';
import { maskSecret } from '../signing/secret.ts';

/** Shorter parts are names and versions. */
const MIN_SECRET_LENGTH = 16;
/** Of a part that the end of what is kept cuts, so much may show. */
const MAX_SHOWN_LENGTH = 4;
/** More than a URL of the longest that endpoints may have. With more, nothing of the answer is shown. */
const MAX_PARTS = 512;
/** As much as is kept of a body. */
const MAX_TEXT_LENGTH = 1_024;
const MASK = maskSecret('');

/** @param url undefined where it is no secret */
export function withoutUrl(outcome: Outcome, url: string | undefined): Outcome {
  if (url === undefined || outcome.kind !== 'response') return outcome;
  const hide = hidingOf(secretPartsOf(url));
  const { headers, body, ...rest } = outcome.response;
  const shown = Object.entries(headers).map(([name, value]) => [name, hide(value)] as const);
  return {
    kind: 'response',
    response: { ...rest, headers: Object.fromEntries(shown), body: hide(body) },
  };
}

/** Each once, the longest first. */
function secretPartsOf(url: string): readonly string[] {
  const { pathname, search, searchParams } = new URL(url);
  const written = `${pathname}${search}`.split(/[/?&=]/);
  const parts = [...written, ...written.map(decoded), ...searchParams.values()];
  return [...new Set(parts)]
    .filter((part) => part.length >= MIN_SECRET_LENGTH && /[^*]/.test(part))
    .sort((a, b) => b.length - a.length);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function hidingOf(parts: readonly string[]): (text: string) => string {
  if (parts.length > MAX_PARTS) return () => MASK;
  if (parts.length === 0) return (text) => text.slice(0, MAX_TEXT_LENGTH);
  const literals = parts.map((part) => part.replace(/[^\w]/g, '\\$&'));
  // Looked for at every place, since parts may overlap.
  const pattern = new RegExp(`(?=(${literals.join('|')}))`, 'g');
  return (whole) => {
    const text = whole.slice(0, MAX_TEXT_LENGTH);
    const found = [...text.matchAll(pattern)].map(({ index, 1: part = '' }) => ({
      start: index,
      end: index + part.length,
    }));
    return masked(text, [...found, { start: cutPartIn(text, parts), end: text.length }]);
  };
}

/** Where the longest beginning of a part starts that the text ends with; the text's length if there is none. */
function cutPartIn(text: string, parts: readonly string[]): number {
  const starts = parts.map((part) => {
    const last = text.length - MAX_SHOWN_LENGTH;
    for (let start = Math.max(0, text.length - part.length + 1); start < last; start++) {
      if (part.startsWith(text.slice(start))) return start;
    }
    return text.length;
  });
  return Math.min(...starts);
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** One mask for ranges that overlap. */
function masked(text: string, ranges: readonly Range[]): string {
  const shown: string[] = [];
  let shownTo = 0;
  const byStart = ranges.filter(({ start, end }) => start < end).sort((a, b) => a.start - b.start);
  for (const { start, end } of byStart) {
    if (start >= shownTo) shown.push(text.slice(shownTo, start), MASK);
    shownTo = Math.max(shownTo, end);
  }
  return [...shown, text.slice(shownTo)].join('');
}

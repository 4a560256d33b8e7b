// What a receiver answers may repeat the URL, in a redirect or an error page. Where that is a secret, it is masked.
import type { Outcome } from '../retries/outcome.ts';
import { maskSecret } from '../signing/secret.ts';

/** Shorter parts are names and versions. */
const MIN_SECRET_LENGTH = 16;
/** Of a part that the end of what is kept cuts, so much may show. */
const MAX_SHOWN_LENGTH = 4;
const MASK = maskSecret('');

/** @param url undefined where it is no secret */
export function withoutUrl(outcome: Outcome, url: string | undefined): Outcome {
  if (url === undefined || outcome.kind !== 'response') return outcome;
  const parts = secretPartsOf(url);
  const hide = (text: string) => parts.reduce(hidden, text);
  const { headers, body, ...rest } = outcome.response;
  const shown = Object.entries(headers).map(([name, value]) => [name, hide(value)] as const);
  return {
    kind: 'response',
    response: { ...rest, headers: Object.fromEntries(shown), body: hide(body) },
  };
}

function secretPartsOf(url: string): readonly string[] {
  const { pathname, search, searchParams } = new URL(url);
  const written = `${pathname}${search}`.split(/[/?&=]/);
  return [...written, ...searchParams.values()].filter(({ length }) => length >= MIN_SECRET_LENGTH);
}

function hidden(text: string, part: string): string {
  const whole = text.replaceAll(part, MASK);
  for (let length = part.length - 1; length > MAX_SHOWN_LENGTH; length--) {
    if (whole.endsWith(part.slice(0, length))) return whole.slice(0, -length) + MASK;
  }
  return whole;
}

// The functions on strings: https://docs.jsonata.org/string-functions
import { TransformFailure } from '../failure.ts';
import { Regex } from '../regex.ts';
import { Sequence } from '../sequence.ts';
import { textOf } from '../values.ts';
import { MAX_STEPS, type Work } from '../work.ts';
import { replaced } from './replace.ts';
import type { Declared } from './signature.ts';

const SUBJECT = { kinds: ['string'], isContext: true } as const;
const TOKEN = { kinds: ['string', 'regex'] } as const;
const LIMIT = { kinds: ['number'], isOptional: true } as const;

/** Of a string that may be nothing; a step for some characters of it. */
const onText = (change: (text: string) => unknown): Declared => ({
  parameters: [SUBJECT],
  run: ([text]: readonly [string?], work) => {
    if (text === undefined) return undefined;
    work.takeText(text.length);
    return change(text);
  },
});

/** Characters are those of Unicode, as in `$length`. */
function charactersOf(text: string, work: Work): readonly string[] {
  work.take(text.length);
  return Array.from(text);
}

export const ON_STRINGS = {
  string: {
    parameters: [{ isContext: true }],
    run: ([value]: readonly [unknown], work) =>
      value === undefined ? undefined : textOf(value, work),
  },
  length: {
    parameters: [SUBJECT],
    run: ([text]: readonly [string?], work) =>
      text === undefined ? undefined : charactersOf(text, work).length,
  },
  uppercase: onText((text) => text.toUpperCase()),
  lowercase: onText((text) => text.toLowerCase()),
  trim: onText((text) => text.replace(/[ \t\n\r]+/g, ' ').replace(/^ | $/g, '')),
  substring: {
    parameters: [SUBJECT, { kinds: ['number'] }, LIMIT],
    run: ([text, start, length]: readonly [string?, number?, number?], work) => {
      if (text === undefined) return undefined;
      const characters = charactersOf(text, work);
      const from = characters.length + (start ?? 0) < 0 ? 0 : (start ?? 0);
      if (length === undefined) return characters.slice(from).join('');
      if (length <= 0) return '';
      const end = from >= 0 ? from + length : characters.length + from + length;
      return characters.slice(from, end).join('');
    },
  },
  substringBefore: {
    parameters: [SUBJECT, { kinds: ['string'] }],
    run: (given: readonly [string?, string?], work) => cut(given, 'before', work),
  },
  substringAfter: {
    parameters: [SUBJECT, { kinds: ['string'] }],
    run: (given: readonly [string?, string?], work) => cut(given, 'after', work),
  },
  contains: {
    parameters: [SUBJECT, TOKEN],
    run: ([text, token]: readonly [string?, (string | Regex)?], work) => {
      if (text === undefined || token === undefined) return undefined;
      if (token instanceof Regex) return !token.matches(text, work).next().done;
      work.takeSearch(text, token);
      return text.includes(token);
    },
  },
  match: {
    parameters: [SUBJECT, { kinds: ['regex'] }, LIMIT],
    run: ([text, regex, limit]: readonly [string?, Regex?, number?], work) => {
      if (!regex) throw withoutPattern('match');
      if (text === undefined) return undefined;
      requireLimit('match', limit);
      const found = new Sequence();
      if (limit === 0) return found;
      for (const { text: match, from: index, groups } of regex.matches(text, work)) {
        found.push({ match, index, groups });
        if (limit !== undefined && found.length >= limit) break;
      }
      return found;
    },
  },
  replace: {
    parameters: [SUBJECT, TOKEN, { kinds: ['string'] }, LIMIT],
    run: (
      [text, pattern, replacement, limit]: readonly [string?, (string | Regex)?, string?, number?],
      work,
    ) => {
      if (text === undefined) return undefined;
      requireLimit('replace', limit);
      if (pattern === undefined && limit === 0) return text;
      if (pattern === undefined) throw withoutPattern('replace');
      if (pattern === '') throw new TransformFailure('$replace is called with an empty pattern');
      return replaced(text, pattern, replacement ?? '', limit ?? Number.POSITIVE_INFINITY, work);
    },
  },
  split: {
    parameters: [SUBJECT, TOKEN, LIMIT],
    run: ([text, separator, limit]: readonly [string?, (string | Regex)?, number?], work) => {
      if (text === undefined) return undefined;
      requireLimit('split', limit);
      if (limit === 0) return [];
      if (separator === undefined) throw withoutPattern('split');
      return splitBy(text, separator, limit ?? Number.POSITIVE_INFINITY, work);
    },
  },
  join: {
    parameters: [
      { kinds: ['array'], of: 'string' },
      { kinds: ['string'], isOptional: true },
    ],
    run: ([texts, separator = '']: readonly [(readonly string[])?, string?], work) => {
      if (!texts) return undefined;
      const characters = texts.reduce((sum, text) => sum + text.length + separator.length, 0);
      work.takeText(characters);
      return texts.join(separator);
    },
  },
} as const satisfies Readonly<Record<string, Declared>>;

const withoutPattern = (name: string) =>
  new TransformFailure(`$${name} is called with nothing to search for`);

function requireLimit(name: string, limit: number | undefined): void {
  if (limit !== undefined && limit < 0) {
    throw new TransformFailure(`$${name} is called with a limit below 0`);
  }
}

function cut(
  [text, mark]: readonly [string?, string?],
  side: 'before' | 'after',
  work: Work,
): string | undefined {
  if (text === undefined || mark === undefined) return text;
  work.takeSearch(text, mark);
  const at = text.indexOf(mark);
  if (at < 0) return text;
  return side === 'before' ? text.slice(0, at) : text.slice(at + mark.length);
}

function splitBy(text: string, separator: string | Regex, most: number, work: Work): string[] {
  const parts: string[] = [];
  const put = (from: number, to?: number): void => {
    work.takeText((to ?? text.length) - from);
    parts.push(text.slice(from, to));
  };
  if (!(separator instanceof Regex)) {
    work.takeSearch(text, separator);
    if (separator === '') work.take(text.length);
    else work.take(text.split(separator, Math.min(most, MAX_STEPS)).length);
    return text.split(separator, Math.min(Math.floor(most), 2 ** 31));
  }
  let from = 0;
  for (const found of separator.matches(text, work)) {
    put(from, found.from);
    from = found.to;
    if (parts.length >= most) return parts;
  }
  put(from);
  return parts;
}

// JSONata’s tokens: https://docs.jsonata.org/overview. Whether a slash begins a regular expression or divides depends on
// what stands before it, so that tokens are read one by one.
import { SyntaxFault } from './fault.ts';

export type Token = { readonly at: number } & (
  | { readonly kind: 'operator'; readonly text: string }
  | { readonly kind: 'name' | 'variable' | 'string'; readonly text: string }
  | { readonly kind: 'literal'; readonly value: number | boolean | null }
  | { readonly kind: 'regex'; readonly source: string; readonly flags: string }
  | { readonly kind: 'end' }
);

const TWO = ['..', ':=', '!=', '>=', '<=', '**', '~>', '?:', '??'];
const ONE = '.[]{}(),@#;:?+-*/%|=<>^&!~';
const SPACE = /[ \t\n\r\v]*/y;
const NUMBER = /(0|[1-9][0-9]*)(\.[0-9]+)?([Ee][-+]?[0-9]+)?/y;
/** A name ends at a space or at the first character of an operator. */
const NAME = /[^ \t\n\r\v.[\]{}(),@#;:?+\-*/%|=<>^&!~]*/y;
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
const WORDS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['false', false],
  ['null', null],
]);

/** @returns reads the next token; `mayBeRegex` says what a slash is. @throws SyntaxFault */
export function tokensOf(source: string): (mayBeRegex: boolean) => Token {
  let at = 0;

  const matched = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const [text = ''] = pattern.exec(source) ?? [];
    at += text.length;
    return text;
  };

  function skip(): void {
    for (;;) {
      matched(SPACE);
      if (!source.startsWith('/*', at)) return;
      const end = source.indexOf('*/', at + 2);
      if (end < 0) throw new SyntaxFault('has a comment without an end', at);
      at = end + 2;
    }
  }

  function quoted(from: number): Token {
    const quote = source.charAt(at++);
    let text = '';
    for (let next = source.charAt(at); next !== quote; next = source.charAt(at)) {
      if (next === '') throw new SyntaxFault('has a string without an end', from);
      at++;
      text += next === '\\' ? escaped() : next;
    }
    at++;
    return { kind: 'string', text, at: from };
  }

  function escaped(): string {
    const letter = source.charAt(at++);
    if (letter === 'u') {
      const digits = source.slice(at, at + 4);
      if (!/^[0-9a-fA-F]{4}$/.test(digits))
        throw new SyntaxFault('has no four digits after \\u', at);
      at += 4;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const known = Object.hasOwn(ESCAPES, letter) ? ESCAPES[letter] : undefined;
    if (known === undefined) throw new SyntaxFault('has an unknown escape in a string', at - 1);
    return known;
  }

  /** A slash in brackets does not end it. */
  function regex(from: number): Token {
    let depth = 0;
    const start = ++at;
    for (; at < source.length; at++) {
      const next = source.charAt(at);
      if (next === '/' && depth === 0) break;
      if (next === '\\') at++;
      else if ('([{'.includes(next)) depth++;
      else if (')]}'.includes(next)) depth--;
    }
    if (at >= source.length) throw new SyntaxFault('has a regular expression without an end', from);
    const text = source.slice(start, at);
    if (text === '') throw new SyntaxFault('has an empty regular expression', from);
    at++;
    const flags = matched(/[a-z]*/y);
    return { kind: 'regex', source: text, flags, at: from };
  }

  return (mayBeRegex) => {
    skip();
    const from = at;
    const next = source.charAt(at);
    if (next === '') return { kind: 'end', at: from };
    if (mayBeRegex && next === '/') return regex(from);
    const operator = TWO.find((two) => source.startsWith(two, at)) ?? (ONE.includes(next) && next);
    if (operator) {
      at += operator.length;
      return { kind: 'operator', text: operator, at: from };
    }
    if (next === '"' || next === "'") return quoted(from);
    const number = matched(NUMBER);
    if (number !== '') {
      const value = Number(number);
      if (Number.isFinite(value)) return { kind: 'literal', value, at: from };
      throw new SyntaxFault('has a number that is out of range', from);
    }
    if (next === '`') {
      const end = source.indexOf('`', at + 1);
      if (end < 0) throw new SyntaxFault('has a name without an end', from);
      at = end + 1;
      return { kind: 'name', text: source.slice(from + 1, end), at: from };
    }
    const text = matched(NAME);
    const value = WORDS.get(text);
    if (value !== undefined) return { kind: 'literal', value, at: from };
    if (text.startsWith('$')) return { kind: 'variable', text: text.slice(1), at: from };
    const kind = ['and', 'or', 'in'].includes(text) ? 'operator' : 'name';
    return { kind, text, at: from };
  };
}

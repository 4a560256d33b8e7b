// JSON as text: what is to be sent, or was received, byte for byte. Parsing and writing out again would
// change `1.00`, long numbers, escapes and white space.
import { randomUUID } from 'node:crypto';

/** JSON that is sent as it is written. @throws SyntaxError, also where UTF-8 could not say it */
export class JsonText {
  readonly text: string;
  constructor(text: string) {
    JSON.parse(text);
    if (!text.isWellFormed()) throw new SyntaxError('half of a surrogate pair is no text');
    this.text = text;
  }
}

/** `JSON.stringify`, but for what is `JsonText` in it. */
export function jsonOf(value: unknown): string {
  const exact: string[] = [];
  const mark = randomUUID();
  const replacer = (_: string, member: unknown) =>
    member instanceof JsonText ? `${mark}${exact.push(member.text) - 1}` : member;
  const json = JSON.stringify(value, replacer) ?? 'null';
  const marked = new RegExp(`"${mark}(\\d+)"`, 'g');
  return json.replaceAll(marked, (_, at: string) => exact[Number(at)] ?? '');
}

/** The source text of an object's member. */
export function memberText(object: string, name: string): string | undefined {
  for (const part of partsOf(object)) if (part.name === name) return part.text;
  return undefined;
}

/** The source text of each entry of an array. */
export function elementTexts(array: string): string[] {
  return [...partsOf(array)].map(({ text }) => text);
}

/** A name that an object in it has twice, at any depth: parsing would keep one of them. */
export function repeatedName(json: string): string | undefined {
  const seen = new Set<string>();
  for (const { name, text } of partsOf(json)) {
    if (name !== undefined && seen.has(name)) return name;
    if (name !== undefined) seen.add(name);
    const inner = /^[{[]/.test(text) ? repeatedName(text) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** The members of an object with their source texts. */
export function membersOf(object: string): [name: string, text: string][] {
  return [...partsOf(object)].map(({ name = '', text }) => [name, text]);
}

/** The same JSON with other white space: nothing else of it changes. @param indent 0 for one line */
export function laidOut(json: string, indent: number): string {
  const lineAt = (depth: number) => (indent === 0 ? '' : `\n${' '.repeat(indent * depth)}`);
  let depth = 0;
  let out = '';
  for (let at = 0; at < json.length; at++) {
    const character = json[at] ?? '';
    if (character === '"') {
      const end = endOfString(json, at);
      out += json.slice(at, end + 1);
      at = end;
    } else if (/[{[]/.test(character)) {
      const closing = /^\s*[}\]]/.exec(json.slice(at + 1, at + 100))?.[0];
      if (closing === undefined) out += character + lineAt(++depth);
      else out += character + closing.trim();
      at += closing?.length ?? 0;
    } else if (/[}\]]/.test(character)) out += lineAt(--depth) + character;
    else if (character === ',') out += character + lineAt(depth);
    else if (character === ':') out += indent === 0 ? ':' : ': ';
    else if (!/\s/.test(character)) out += character;
  }
  return out;
}

/** The members of an object or the entries of an array, of text that is known to be JSON. */
function* partsOf(json: string): Generator<{ name: string | undefined; text: string }> {
  let depth = 0;
  let start = 0;
  let name: string | undefined;
  for (let at = 0; at < json.length; at++) {
    const character = json[at];
    if (character === '"') at = endOfString(json, at);
    else if (character === '{' || character === '[') {
      if (++depth === 1) start = at + 1;
    } else if (depth === 1 && character === ':') {
      name = JSON.parse(json.slice(start, at));
      start = at + 1;
    } else if (character === ',' || character === '}' || character === ']') {
      const text = depth === 1 ? json.slice(start, at).trim() : '';
      if (text !== '') yield { name, text };
      if (depth === 1) {
        start = at + 1;
        name = undefined;
      }
      if (character !== ',') depth--;
    }
  }
}

function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at;
}

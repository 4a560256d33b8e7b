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

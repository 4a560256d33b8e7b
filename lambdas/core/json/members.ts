// The members of a JSON object as source text: contracts cut and join what came in without parsing it
// to numbers and strings and writing those out again, which would change 1.0, 1e2 and escapes.

/** One member of an object; the offsets are into the object's source text. */
export interface Member {
  readonly key: string;
  /** Where its key's quotation mark stands. */
  readonly from: number;
  readonly valueFrom: number;
  /** Just behind its value. */
  readonly to: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Walks one object without recursion, its values to any depth.
 * @param text a valid JSON object, white space around it allowed
 */
export function membersOf(text: string): readonly Member[] {
  const members: Member[] = [];
  let at = afterSpace(text, text.indexOf('{') + 1);
  while (text.charCodeAt(at) === QUOTE) {
    const from = at;
    at = afterString(text, at);
    const key: string = JSON.parse(text.slice(from, at));
    // Past the colon, which stands behind white space only.
    const valueFrom = afterSpace(text, text.indexOf(':', at) + 1);
    at = afterValue(text, valueFrom);
    members.push({ key, from, valueFrom, to: at });
    at = afterSpace(text, afterSpace(text, at) + 1);
  }
  return members;
}

/** The source text of a member's value; undefined if there is no such member. */
export function memberText(text: string, key: string): string | undefined {
  const member = membersOf(text).find((one) => one.key === key);
  return member && text.slice(member.valueFrom, member.to);
}

/** The object without the members of a name; the same text if it has none. */
export function withoutMember(text: string, key: string): string {
  const members = membersOf(text);
  const kept = members.filter((member) => member.key !== key);
  if (kept.length === members.length) return text;
  return `{${kept.map(({ from, to }) => text.slice(from, to)).join(',')}}`;
}

/** The same JSON without white space between its tokens: numbers and escapes stay as they are. */
export function withoutSpace(text: string): string {
  let compact = '';
  let from = 0;
  for (let at = 0; at < text.length; ) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = afterString(text, at);
    } else if (isSpace(code)) {
      compact += text.slice(from, at);
      at = afterSpace(text, at);
      from = at;
    } else {
      at++;
    }
  }
  return compact + text.slice(from);
}

export const isObjectText = (text: string): boolean => text.trimStart().startsWith('{');

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function afterSpace(text: string, start: number): number {
  let at = start;
  while (isSpace(text.charCodeAt(at))) at++;
  return at;
}

/** @param start where the opening quotation mark stands */
function afterString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) {
    at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  }
  return at + 1;
}

function afterValue(text: string, start: number): number {
  let depth = 0;
  let at = start;
  while (at < text.length) {
    const character = text[at];
    if (character === '"') {
      at = afterString(text, at);
      if (depth === 0) return at;
      continue;
    }
    if (character === '{' || character === '[') depth++;
    else if (character === '}' || character === ']') {
      if (depth === 0) return at;
      depth--;
      if (depth === 0) return at + 1;
    } else if (depth === 0 && (character === ',' || isSpace(text.charCodeAt(at)))) return at;
    at++;
  }
  return at;
}

// The members of a JSON object as source text: contracts cut and join what came in without parsing it
// to numbers and strings and writing those out again, which would change 1.0, 1e2 and escapes.
import { walkJson } from './walk.ts';

/** One member of an object; the offsets are into the object's source text. */
interface Member {
  readonly key: string;
  /** The offset of its key's quotation mark. */
  readonly from: number;
  readonly valueFrom: number;
  /** Just behind its value. */
  readonly to: number;
}

/** @param text a valid JSON object, white space around it allowed */
export function membersOf(text: string): readonly Member[] {
  const members: Member[] = [];
  walkJson(text, {
    value([root, inner], valueFrom, to) {
      if (!root || inner) return;
      members.push({ key: String(root.segment), from: root.keyFrom, valueFrom, to });
    },
  });
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

export const isObjectText = (text: string): boolean => text.trimStart().startsWith('{');

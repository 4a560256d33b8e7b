// Wildcards of content filters: `*` stands for any characters, also none. Matching takes time in
// proportion to the text: each piece between two wildcards is found once, by Knuth, Morris and Pratt.

interface Wildcard {
  readonly head: string;
  readonly pieces: readonly Piece[];
  /** Undefined if there is no `*`: then the head is all. */
  readonly tail: string | undefined;
}

interface Piece {
  readonly text: string;
  /** By position, how much of the piece still matches when the next character does not. */
  readonly fallback: readonly number[];
}

/** `\*` and `\\` stand for the character itself. Gives the fault's message where there is one. */
export function readWildcard(pattern: string): Wildcard | string {
  const texts: string[] = [''];
  let wasStar = false;
  for (let at = 0; at < pattern.length; at++) {
    let character = pattern.charAt(at);
    if (character === '*') {
      if (wasStar) return 'must not have two wildcards in a row';
      texts.push('');
      wasStar = true;
      continue;
    }
    wasStar = false;
    if (character === '\\') {
      character = pattern.charAt(++at);
      if (character !== '*' && character !== '\\') {
        return 'must have * or \\ after a backslash';
      }
    }
    texts[texts.length - 1] += character;
  }
  const [head = '', ...rest] = texts;
  const tail = rest.pop();
  return { head, pieces: rest.map((text) => ({ text, fallback: fallbackOf(text) })), tail };
}

export function matchesWildcard({ head, pieces, tail }: Wildcard, text: string): boolean {
  if (tail === undefined) return text === head;
  if (text.length < head.length + tail.length) return false;
  if (!text.startsWith(head) || !text.endsWith(tail)) return false;
  const end = text.length - tail.length;
  let at = head.length;
  for (const piece of pieces) {
    at = endOf(piece, text, at, end);
    if (at < 0) return false;
  }
  return true;
}

/** Where the piece ends at its first place between two positions; -1 if it is not there. */
function endOf({ text: wanted, fallback }: Piece, text: string, from: number, end: number): number {
  let matched = 0;
  for (let at = from; at < end; at++) {
    const code = text.charCodeAt(at);
    while (matched > 0 && wanted.charCodeAt(matched) !== code) matched = fallback[matched - 1] ?? 0;
    if (wanted.charCodeAt(matched) === code) matched++;
    if (matched === wanted.length) return at + 1;
  }
  return -1;
}

function fallbackOf(text: string): number[] {
  const fallback = [0];
  for (let at = 1; at < text.length; at++) {
    let matched = fallback[at - 1] ?? 0;
    while (matched > 0 && text[matched] !== text[at]) matched = fallback[matched - 1] ?? 0;
    fallback.push(text[matched] === text[at] ? matched + 1 : 0);
  }
  return fallback;
}

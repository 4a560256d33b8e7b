// Text of anybody's making in somebody's chat: one line, without what reorders, hides or piles up, and no longer than
// it may be.

/** What is looked at of a text, in UTF-16 units: more than any service shows. */
export const MAX_LOOKED_AT = 8_192;

/**
 * Format characters: bidirectional overrides, zero-width spaces, tags, soft hyphens. Joiners stay, which scripts and
 * emoji need, the visible number signs of Arabic and Syriac, and isolates, which ISOLATED looks at.
 */
const INVISIBLE = /[\p{Cf}--[\u200c\u200d\u2068\u2069\u0600-\u0605\u06dd\u070f\u08e2]]/gv;
/**
 * FIRST STRONG ISOLATE, which gives what follows a direction of its own, and its end. Only pairs without others in them
 * and with something to show stay.
 */
const [ISOLATE, END] = ['\u2068', '\u2069'];
const ISOLATED = /\u2068([^\u2068\u2069]*)\u2069\p{M}*|[\u2068\u2069]/gu;
/** Marks stand on what is before them, be it outside. */
const LOOSE_BEGINNING = /^[\p{M}\s\u200c\u200d]+/u;
/** Blocks of scripts that are written from right to left: https://www.unicode.org/Public/UCD/latest/ucd/extracted/DerivedBidiClass.txt */
const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const JOINERS = /([\u200c\u200d])[\u200c\u200d]+/g;
const LOOSE_JOINER = /(?<=^|\s)[\u200c\u200d]|[\u200c\u200d](?=\s|$)/g;
/** Marks without end on one letter cover the lines above and below. */
const PILED_MARKS = /(\p{M}{4})\p{M}+/gu;
/** Line breaks, control characters, and letters that look like a space. */
const BLANKS = /[\s\p{Cc}\u115f\u1160\u2800\u3164\uffa0]+/gu;

/** Most texts, which need none of the above. */
const PRINTABLE = /^[\x20-\x7e]*$/;

/** One line that shows all that it holds. */
export function plainText(text: string): string {
  if (PRINTABLE.test(text)) return text.replace(/ {2,}/g, ' ').trim();
  return text
    .toWellFormed()
    .replace(INVISIBLE, '')
    .replace(JOINERS, '$1')
    .replace(LOOSE_JOINER, '')
    .replace(BLANKS, ' ')
    .replace(ISOLATED, (_, inner: string = '') => {
      const shown = inner.replace(LOOSE_BEGINNING, '').trimEnd();
      return shown === '' ? '' : ISOLATE + shown + END;
    })
    .replace(PILED_MARKS, '$1')
    .trim();
}

export function isRightToLeft(text: string): boolean {
  return RIGHT_TO_LEFT.test(text.slice(0, MAX_LOOKED_AT));
}

/** A value in a text: neither's direction of writing reorders the other, and it ends nothing that stands around it. */
export function isolated(value: string): string {
  return ISOLATE + value.slice(0, MAX_LOOKED_AT).replace(/[\u2066-\u2069]/g, '') + END;
}

const CUT = '…';
/** What would stand before it and show nothing. */
const LOOSE_END = /(?:\s|\u200c|\u200d|\u2068){1,3}$/;

/** How a service writes a text down, and how it counts what is written. */
export interface Writing {
  readonly encode: (text: string) => string;
  /** UTF-16 units unless said: no service counts more. */
  readonly sizeOf?: (encoded: string) => number;
}

/** The longest beginning that fits when it is written down, with … where it is cut; empty if not even that fits. */
export function fitted(
  text: string,
  maxSize: number,
  { encode, sizeOf = (encoded) => encoded.length }: Writing,
): string {
  // Most of it may be what is removed, but not without end.
  const lookedAt = Math.min(MAX_LOOKED_AT, 4 * Math.max(0, maxSize));
  const plain = plainText(text.slice(0, lookedAt));
  // Nothing is shorter when it is written down: what is longer already need not be.
  if (plain.length <= maxSize && text.length <= lookedAt) {
    const whole = encode(plain);
    if (sizeOf(whole) <= maxSize) return whole;
  }
  // Never between the halves of a surrogate pair.
  const points = [...plain.slice(0, Math.max(0, maxSize))];
  const beginning = (length: number) => {
    const kept = points.slice(0, length).join('');
    const shown = kept.replace(LOOSE_END, '');
    const isOpen = shown.lastIndexOf(ISOLATE) > shown.lastIndexOf(END);
    return encode(shown + CUT + (isOpen ? END : ''));
  };
  let [low, high] = [0, points.length];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (sizeOf(beginning(middle)) <= maxSize) low = middle;
    else high = middle - 1;
  }
  return low === 0 ? '' : beginning(low);
}

/** WORD JOINER: takes no room, and breaks no line. */
const JOINER = '\u2060';

/**
 * For text that a service might look through for links and mentions and offers no way to escape: the characters that
 * begin one do not stand beside what they would begin. A copy of the text holds an invisible character there.
 */
export function disarmed(text: string): string {
  return text
    .replace(/[<{@#](?=\S)|(?<!\d):(?=\S)|:(?=[\u2068\u2069]*\/)/gu, `$&${JOINER}`)
    .replace(/(?<=[\p{L}\p{N}][\u2068\u2069]*)\.(?=[\u2068\u2069]*\p{L})/gu, `.${JOINER}`);
}

/** Percent-encodes what ends or parts an address in the markup of chats. */
export function linkAddress(url: string): string {
  return new URL(url).href.replace(
    /[<>()[\]|\\^`{}*_~'"]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

// JSON objects that together hold every character that JSON allows, raw where it may stand raw and
// escaped otherwise; each fits into an event.

const CHARACTERS_PER_TEXT = 32_768;

export function everyCharacter(): string[] {
  const texts = [
    object('escaped', escapedUnits(0, 0x1fff)),
    object('lone', escapedUnits(0xd800, 0xdfff)),
  ];
  for (let from = 0; from <= 0x10ffff; from += CHARACTERS_PER_TEXT) {
    texts.push(object(`from ${from}`, rawCharacters(from, from + CHARACTERS_PER_TEXT - 1)));
  }
  return texts;
}

function object(name: string, content: string): string {
  return `{"${name}":"${content}"}`;
}

/** Every UTF-16 code unit of a range as an escape: nulls, controls and lone surrogates among them. */
function escapedUnits(first: number, last: number): string {
  let text = '';
  for (let unit = first; unit <= last; unit++) {
    text += `\\u${unit.toString(16).padStart(4, '0')}`;
    // Two surrogates in a row could make a pair: a letter between them keeps them alone.
    if (unit >= 0xd800 && unit <= 0xdfff) text += 'x';
  }
  return text;
}

/** Every scalar value of a range, raw but for the quote, the backslash and the controls (RFC 8259, 7). */
function rawCharacters(first: number, last: number): string {
  let text = '';
  for (let code = first; code <= last; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const character = String.fromCodePoint(code);
    if (code < 0x20) text += `\\u${code.toString(16).padStart(4, '0')}`;
    else text += character === '"' || character === '\\' ? `\\${character}` : character;
  }
  return text;
}

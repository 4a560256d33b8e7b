// What others sent, before it reaches a terminal: control and format characters could move the cursor, forge
// lines or set the title.

const MAX_SHOWN = 120;

const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

export function harmless(text: string): string {
  return text.slice(0, MAX_SHOWN).replaceAll(UNSEEN, '\ufffd');
}

/** Whole log lines, which may quote what others sent: escaped as in JSON, so that JSON stays what it is. */
export function printable(lines: string): string {
  return lines.replaceAll(UNSEEN, (found) => (/[\n\t]/.test(found) ? found : escaped(found)));
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

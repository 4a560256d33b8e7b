// What others sent, before it reaches a terminal: control and format characters could move the cursor, forge
// lines or set the title.

const MAX_SHOWN = 120;

export function harmless(text: string): string {
  return text.slice(0, MAX_SHOWN).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd');
}

// Text of others before a person or a log sees it: control and format characters could steer the terminal, or forge a
// line.

const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

export function harmless(text: string): string {
  return text.replaceAll(UNSEEN, '\ufffd');
}

/** JSON of the same value. JSON itself escapes only some of them. @param indent as of `JSON.stringify` */
export function harmlessJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, null, indent) ?? 'null';
  return json.replaceAll(UNSEEN, (found) => (found === '\n' ? found : escaped(found)));
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

// Text of others before a person or a log sees it: control and format characters could steer the terminal, or forge a
// line.

const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

export function harmless(text: string): string {
  return text.replaceAll(UNSEEN, '\ufffd');
}

/** JSON that means the same. JSON itself escapes only some of them. */
export function harmlessJson(json: string): string {
  return json.replaceAll(UNSEEN, (found) => (found === '\n' ? found : escaped(found)));
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}

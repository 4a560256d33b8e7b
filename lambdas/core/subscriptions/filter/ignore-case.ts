// Comparing without regard to case, as event-ruler does: each character of the pattern matches its
// lower and its upper case, which may be longer than itself (ß and SS).

interface AnyCase {
  /** By character: lower and upper case. */
  readonly characters: readonly (readonly [string, string])[];
}

export function readAnyCase(text: string): AnyCase {
  return {
    characters: [...text].map((character) => [character.toLowerCase(), character.toUpperCase()]),
  };
}

/** Where the pattern ends in a text that begins with it; -1 if the text does not. */
function endOfPrefix({ characters }: AnyCase, text: string): number {
  let at = 0;
  for (const forms of characters) {
    const form = forms.find((candidate) => text.startsWith(candidate, at));
    if (form === undefined) return -1;
    at += form.length;
  }
  return at;
}

export function equalsAnyCase(pattern: AnyCase, text: string): boolean {
  return endOfPrefix(pattern, text) === text.length;
}

export function startsWithAnyCase(pattern: AnyCase, text: string): boolean {
  return endOfPrefix(pattern, text) >= 0;
}

export function endsWithAnyCase({ characters }: AnyCase, text: string): boolean {
  let end = text.length;
  for (const forms of characters.toReversed()) {
    const form = forms.find((candidate) => text.endsWith(candidate, end));
    if (form === undefined) return false;
    end -= form.length;
  }
  return true;
}

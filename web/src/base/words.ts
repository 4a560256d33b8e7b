// The host's words in the place of the portal's, such as "Webhook" for "Endpoint".
let words: Readonly<Record<string, string>> = {};

export function setWords(given: Readonly<Record<string, string>>): void {
  words = given;
}

export function word(own: string): string {
  return words[own] ?? own;
}

// Finds secrets in texts however they are spelled: plain, as JSON, in base64 at any offset, in hex, or
// URL-encoded. All secrets are looked for at once, in one pass over the text.

/** Shorter ones, and those of few characters, would be found everywhere. */
const MIN_LENGTH = 12;
const MIN_DIFFERENT = 6;

export interface Leak {
  readonly secret: string;
  /** The spelling that was found, and the text around it. */
  readonly spelling: string;
  readonly around: string;
}

export function isSecretEnough(secret: string): boolean {
  return secret.length >= MIN_LENGTH && new Set(secret).size >= MIN_DIFFERENT;
}

export function findLeaks(text: string, secrets: Iterable<string>): Leak[] {
  const haystack = Buffer.from(text);
  const heads = new Map<number, { secret: string; spelling: string; bytes: Buffer }[]>();
  for (const secret of secrets) {
    if (!isSecretEnough(secret)) continue;
    for (const spelling of spellingsOf(secret)) {
      const bytes = Buffer.from(spelling);
      const head = bytes.readUInt32BE();
      heads.set(head, [...(heads.get(head) ?? []), { secret, spelling, bytes }]);
    }
  }
  // One bit for each hash of a spelling's first four bytes: almost every place is passed over by it alone.
  const marks = new Uint8Array(1 << 16);
  const placeOf = (word: number): number => Math.imul(word, 0x9e3779b1) >>> 16;
  for (const head of heads.keys()) marks[placeOf(head)] = 1;
  const leaks = new Map<string, Leak>();
  let word = 0;
  for (let index = 0; index < haystack.length; index++) {
    word = ((word << 8) | (haystack[index] ?? 0)) >>> 0;
    if (marks[placeOf(word)] !== 1) continue;
    const from = index - 3;
    for (const { secret, spelling, bytes } of heads.get(word) ?? []) {
      if (from < 0 || !haystack.subarray(from, from + bytes.length).equals(bytes)) continue;
      const around = haystack.subarray(Math.max(0, from - 80), from + bytes.length + 40).toString();
      leaks.set(spelling, { secret, spelling, around });
    }
  }
  return [...leaks.values()];
}

export function spellingsOf(secret: string): Set<string> {
  const bytes = Buffer.from(secret);
  const spellings = new Set([
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    new URLSearchParams([['', secret]]).toString().slice(1),
    bytes.toString('hex'),
    bytes.toString('hex').toUpperCase(),
  ]);
  for (const offset of [0, 1, 2]) {
    // What stands before and after shares the first and the last characters.
    const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
    const from = offset === 0 ? 0 : 4;
    for (const form of ['base64', 'base64url'] as const) {
      const encoded = padded.toString(form).replace(/=+$/, '');
      const isWhole = padded.length % 3 === 0;
      spellings.add(encoded.slice(from, isWhole ? undefined : -1));
    }
  }
  return spellings;
}

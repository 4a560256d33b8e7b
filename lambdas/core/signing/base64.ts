// Base64 as libraries of all languages read it (RFC 4648, sections 3.2, 3.5 and 4): some take no other spelling.

/** The bytes; or what the base64 would have to be, as the end of a sentence. */
export function bytesOfBase64(text: string): Buffer | string {
  const bare = text.replace(/=+$/, '');
  if (!/^[A-Za-z0-9+/]+$/.test(bare)) return 'has letters, digits, + and / only';
  if (bare.length % 4 === 1) return 'is whole: a character is missing, or there is one too many';
  const bytes = Buffer.from(bare, 'base64');
  const canonical = bytes.toString('base64');
  if (canonical === text) return bytes;
  const padding = /=*$/.exec(canonical)?.[0] ?? '';
  if (canonical !== bare + padding)
    return 'ends as encoders write it: its last character is another';
  return padding === '' ? 'ends without =' : `ends with ${padding}`;
}

// A request as a receiver got it: header names in any case, and the raw bytes of the body.
import { timingSafeEqual } from 'node:crypto';
import { VerificationError } from '../errors.ts';

export type ReceivedHeaders =
  | Headers
  | Readonly<Record<string, string | readonly string[] | undefined>>;

export interface Received {
  /** Those of `node:http`, of a `Request`, or of any framework. */
  readonly headers: ReceivedHeaders;
  /** The raw bytes, before any parser saw them. A string is taken as UTF-8. */
  readonly body: Uint8Array | string;
}

export interface VerifiedDelivery<Payload = unknown> {
  /** The same on every attempt: what to recognize a repeat by. */
  readonly id: string;
  readonly type: string | undefined;
  /** What the signature covers, parsed. */
  readonly payload: Payload;
  /** The same as text: parsed, long numbers lose digits. */
  readonly payloadText: string;
}

/** The usual mistakes, by their names. @throws VerificationError */
export function checkReceived(received: Received): void {
  const { headers, body } = Object(received);
  if (typeof headers !== 'object' || headers === null) refuse('headers: are missing');
  if (typeof body !== 'string' && !(body instanceof Uint8Array)) {
    refuse('body: must be the raw bytes, before any parser saw them, or their text');
  }
}

/** @throws VerificationError for a tolerance that would accept any time, or none */
export function checkTimes(keys: object, nowMs: unknown): void {
  const { toleranceSeconds: tolerance = 0 }: { toleranceSeconds?: unknown } = keys;
  if (typeof tolerance !== 'number' || !(tolerance >= 0 && tolerance < Number.POSITIVE_INFINITY)) {
    refuse('toleranceSeconds: must be a number of at least 0');
  }
  if (typeof nowMs !== 'number' || !Number.isFinite(nowMs)) refuse('nowMs: must be a number');
}

export function bytesOf({ body }: Received): Uint8Array {
  return typeof body === 'string' ? Buffer.from(body, 'utf8') : Buffer.from(body);
}

/** Empty if it is not there. A header that came twice is none that we sent. */
export function headerOf({ headers }: Received, name: string): string {
  if (headers instanceof Headers) return headers.get(name) ?? '';
  const wanted = name.toLowerCase();
  const found = Object.entries(headers).filter(([key]) => key.toLowerCase() === wanted);
  const values = found.flatMap(([, value]) => value ?? []);
  return values.length === 1 ? (values[0] ?? '') : '';
}

export interface Opening {
  /** For an endpoint with `encryption`: the plain body of a compact JWE. Signatures are over the JWE. */
  readonly decrypt?: (jwe: string) => Promise<Uint8Array>;
}

interface Opened {
  readonly payload: Readonly<Record<string, unknown>>;
  readonly payloadText: string;
}

/** @throws what `decrypt` throws, as a VerificationError */
export async function opened(body: Uint8Array, { decrypt }: Opening): Promise<Opened> {
  if (!decrypt) return parsedObject(body);
  try {
    return parsedObject(await decrypt(Buffer.from(body).toString('ascii')));
  } catch (cause) {
    throw new VerificationError('the body could not be decrypted', { cause });
  }
}

function parsedObject(body: Uint8Array): Opened {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) {
      return { payload: { ...value }, payloadText: text };
    }
  } catch {
    // Said below.
  }
  throw new VerificationError('the body is not a JSON object in UTF-8');
}

/** A key set, or where it is: `https://.../.well-known/acme/live/jwks.json`. */
export type KeySet = { readonly keys: readonly object[] } | URL;
/** Also a list of these, and of PEM texts: all of them count. */
export type PublicKeys = KeySet | readonly (string | KeySet)[];

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** In constant time for texts of the same length. */
export function isSame(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** The least that the service itself takes, in bytes: of a `whsec_` secret, and of any other. */
const MIN_STANDARD_BYTES = 18;
const MIN_BYTES = 24;

/**
 * A secret's bytes: of the `whsec_` form its base64, otherwise the text as it is.
 * @throws VerificationError for one that cannot be an endpoint's: with an empty key anybody could sign
 */
export function keyBytesOf(secret: string): Uint8Array {
  if (typeof secret !== 'string' || /^wh[ps]k_/.test(secret))
    refuse('a secret is no shared secret');
  const isStandard = secret.startsWith('whsec_');
  const encoded = secret.slice('whsec_'.length);
  if (isStandard && !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) refuse('a whsec_ secret is no base64');
  const bytes = isStandard ? Buffer.from(encoded, 'base64') : Buffer.from(secret, 'utf8');
  if (!isStandard && secret.trim() === '') refuse('a secret is empty');
  if (bytes.length < (isStandard ? MIN_STANDARD_BYTES : MIN_BYTES)) refuse('a secret is too short');
  return bytes;
}

/** @throws VerificationError if there is none */
export function secretsOf(secret: string | readonly string[]): readonly string[] {
  const secrets = typeof secret === 'string' ? [secret] : (secret ?? []);
  return secrets.length > 0 ? secrets : refuse('there is no secret');
}

export function requireFresh(sentAtSeconds: number, nowMs: number, toleranceSeconds: number): void {
  // Written so that NaN is refused.
  if (!(Math.abs(nowMs / 1000 - sentAtSeconds) <= toleranceSeconds)) {
    throw new VerificationError('the delivery is too old, or the clocks differ');
  }
}

export function refuse(what = 'the signature does not verify'): never {
  throw new VerificationError(what);
}

// SHA-256 and HMAC-SHA-256 as the AWS SDK wants them for its signatures, over Node's crypto in one step: a
// signature hashes one text, and its key is the same for a day.
import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto';

type Source = string | ArrayBuffer | ArrayBufferView;

/** A key's bytes are prepared once; keys that are gone take their entries along. */
const prepared = new WeakMap<object, KeyObject>();

export class Sha256 {
  readonly digestLength = 32;
  readonly #secret: Source | undefined;
  #chunks: Uint8Array[] = [];

  /** @param secret makes it an HMAC */
  constructor(secret?: Source) {
    this.#secret = secret;
  }

  update(chunk: Source): void {
    this.#chunks.push(bytesOf(chunk));
  }

  async digest(): Promise<Uint8Array> {
    const [first] = this.#chunks;
    const whole = this.#chunks.length === 1 && first ? first : Buffer.concat(this.#chunks);
    return this.#secret === undefined
      ? hash('sha256', whole, 'buffer')
      : createHmac('sha256', keyOf(this.#secret)).update(whole).digest();
  }

  reset(): void {
    this.#chunks = [];
  }
}

function bytesOf(source: Source): Uint8Array {
  if (typeof source === 'string') return Buffer.from(source, 'utf8');
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
}

function keyOf(secret: Source): KeyObject {
  if (typeof secret === 'string') return createSecretKey(bytesOf(secret));
  const known = prepared.get(secret);
  if (known) return known;
  const key = createSecretKey(bytesOf(secret));
  prepared.set(secret, key);
  return key;
}

// AWS's own signer, with hashing by Node.
import { createHash, createHmac } from 'node:crypto';
import { HttpRequest } from '@smithy/core/protocols';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Credentials } from '../../local/gate/gatekeeper.ts';

export class Sha256 {
  readonly #hash;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined
        ? createHash('sha256')
        : createHmac(
            'sha256',
            typeof secret === 'string' ? secret : Buffer.from(secret as Uint8Array),
          );
  }
  update(chunk: string | Uint8Array): void {
    this.#hash.update(chunk);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {
    throw new Error('not used');
  }
}

interface Unsigned {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** The headers with those of the signature among them. */
export async function signedHeaders(
  credentials: Credentials,
  service: string,
  { method, url, headers, body }: Unsigned,
): Promise<Record<string, string>> {
  const { hostname, pathname, searchParams } = new URL(url, 'http://127.0.0.1');
  const signer = new SignatureV4({
    service,
    region: 'us-east-1',
    credentials,
    sha256: Sha256,
    applyChecksum: false,
  });
  const request = new HttpRequest({
    method,
    hostname,
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: { ...headers },
    body,
  });
  return (await signer.sign(request)).headers;
}

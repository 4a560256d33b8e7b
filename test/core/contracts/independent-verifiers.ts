// Checks of deliveries with libraries that Posthorn itself does not use: nothing here shares code with
// what signs. Each gives true or false and never throws.
import { createHash, createPublicKey, verify as verifyBytes } from 'node:crypto';
import { httpbis } from 'http-message-signatures';
import { keccak256, sha3_256 } from 'js-sha3';
import jsonwebtoken from 'jsonwebtoken';
import jose from 'node-jose';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';

export interface Received {
  readonly method: string;
  readonly url: string;
  /** In the order and spelling of the wire. */
  readonly rawHeaders: readonly (readonly [string, string])[];
  readonly body: Buffer;
}

export function header({ rawHeaders }: Pick<Received, 'rawHeaders'>, name: string): string {
  return rawHeaders.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1] ?? '';
}

export function holds(check: () => unknown): boolean {
  try {
    return check() !== false;
  } catch {
    return false;
  }
}

/** Both libraries must agree. */
export function verifiesStandard(received: Received, secret: string): boolean {
  const headers = Object.fromEntries(
    ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [
      name,
      header(received, name),
    ]),
  );
  // As latin1 both libraries would see other bytes; they take strings, so only valid UTF-8 may pass.
  const text = received.body.toString('utf8');
  if (!Buffer.from(text, 'utf8').equals(received.body)) return false;
  const one = holds(() => new StandardWebhook(secret).verify(text, headers, { jsonParse: false }));
  const other = holds(() => new SvixWebhook(secret).verify(text, headers));
  return one && other;
}

/** The JWT alone, as Bynn's page asks: what counts is the data in it. */
export function verifiesBynn({ body }: Pick<Received, 'body'>, pem: string): boolean {
  return bynnClaims(body, pem) !== undefined;
}

export function bynnClaims(body: Buffer, pem: string, clockTimestamp?: number) {
  try {
    const { jwt } = JSON.parse(body.toString('utf8'));
    const claims = jsonwebtoken.verify(jwt, pem, {
      algorithms: ['RS256'],
      ...(clockTimestamp === undefined ? {} : { clockTimestamp }),
    });
    return typeof claims === 'object' ? claims : undefined;
  } catch {
    return undefined;
  }
}

/** SHA3-256 and Keccak-256, both in the headers, over raw body and key. */
export function verifiesBronid(received: Received, secret: string): boolean {
  const signed = Buffer.concat([received.body, Buffer.from(secret)]);
  return (
    header(received, 'X-BronID-Signature-version') === '1' &&
    header(received, 'X-BronID-Signature-SHA') === `bronid_sec_sha256_${sha3_256(signed)}` &&
    header(received, 'X-BronID-Signature-KECCAK') === `bronid_sec_keccak256_${keccak256(signed)}`
  );
}

/** The deprecated one in the body, as a receiver does that parses and writes out again. */
export function verifiesBronidBody({ body }: Pick<Received, 'body'>, secret: string): boolean {
  return holds(() => {
    const { signature, ...payload } = JSON.parse(body.toString('utf8'));
    const signed = JSON.stringify(payload) + secret;
    return (
      signature.version === '1' &&
      signature.sha256 === `bronid_sec_sha256_${sha3_256(signed)}` &&
      signature.keccak256 === `bronid_sec_keccak256_${keccak256(signed)}`
    );
  });
}

/** The receiver page's whole check: the JWT, and that the body is the one it speaks of. */
export function verifiesIdnow(
  received: Received,
  secret: string,
  {
    headerName = 'Authorization',
    clockTimestamp,
  }: { headerName?: string; clockTimestamp?: number } = {},
): boolean {
  return holds(() => {
    const token = header(received, headerName).replace(/^Bearer /, '');
    const claims = jsonwebtoken.verify(token, secret, {
      algorithms: ['HS256'],
      ...(clockTimestamp === undefined ? {} : { clockTimestamp }),
    });
    const digest = createHash('sha256').update(received.body).digest('hex');
    return typeof claims === 'object' && claims.body_sha256 === digest;
  });
}

/** RFC 9421 by `http-message-signatures`, and the digest of RFC 9530 by hand. */
export async function verifiesMessage(
  received: Received,
  publicPem: (keyId: string) => string | undefined,
): Promise<boolean> {
  const digest = createHash('sha256').update(received.body).digest('base64');
  if (header(received, 'content-digest') !== `sha-256=:${digest}:`) return false;
  const headers: Record<string, string> = {};
  for (const [name, value] of received.rawHeaders) headers[name.toLowerCase()] = value;
  try {
    return (
      (await httpbis.verifyMessage(
        {
          requiredFields: ['@method', '@target-uri', 'content-digest', 'content-type'],
          requiredParams: ['created', 'keyid', 'nonce', 'tag'],
          keyLookup: async ({ keyid, alg }) => {
            const pem = publicPem(String(keyid));
            if (pem === undefined) return null;
            const hash = alg === 'ed25519' ? null : 'sha256';
            return {
              id: String(keyid),
              algs: ['ed25519', 'rsa-v1_5-sha256'],
              verify: async (data, signature) =>
                verifyBytes(hash, data, createPublicKey(pem), signature),
            };
          },
        },
        { method: received.method, url: received.url, headers },
      )) === true
    );
  } catch {
    return false;
  }
}

/** `v1a` of Standard Webhooks: ed25519 over id, time and body. */
export function verifiesV1a(received: Received, pem: string): boolean {
  const signed = Buffer.concat([
    Buffer.from(`${header(received, 'webhook-id')}.${header(received, 'webhook-timestamp')}.`),
    received.body,
  ]);
  return header(received, 'webhook-signature')
    .split(' ')
    .filter((one) => one.startsWith('v1a,'))
    .some((one) =>
      holds(() =>
        verifyBytes(null, signed, createPublicKey(pem), Buffer.from(one.slice(4), 'base64')),
      ),
    );
}

/** The plain body of a compact JWE, by `node-jose`. */
export async function decrypted(body: Buffer, privateJwk: object): Promise<Buffer> {
  const key = await jose.JWK.asKey(privateJwk);
  const { plaintext } = await jose.JWE.createDecrypt(key).decrypt(body.toString('ascii'));
  return Buffer.from(plaintext);
}

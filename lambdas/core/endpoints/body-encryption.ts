// Body encryption on request: the endpoint's public JWK, to which the body is encrypted as a compact JWE
// (RFC 7516). Encrypting needs randomness and is in adapters/on-demand/jwe.ts.
import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto';
import * as z from 'zod';
import { defined } from '../defined.ts';

/** The content type of a compact JWE. */
export const ENCRYPTED_TYPE = 'application/jose';

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
const MIN_MODULUS_BITS = 2048;
/** What everybody uses; with a small one a body may be read without the private key. */
const MIN_EXPONENT = 65_537n;
const CURVES = ['P-256', 'P-384', 'P-521', 'X25519'];

/** What is no base64url, or longer, is not read as a key: that takes time with the square of its length. */
const base64url = z
  .string()
  .check(z.regex(/^[A-Za-z0-9_-]{1,2048}$/, { error: 'must be base64url', abort: true }));

/** The members of a key that are stored; others (`use`, `key_ops`, `x5c`) are not needed. */
const jwkSchema = z
  .looseObject({
    kty: z.enum(['RSA', 'EC', 'OKP']),
    kid: z.string().min(1).max(256).optional(),
    n: base64url.optional(),
    e: base64url.optional(),
    crv: z.enum(CURVES, `must be one of ${CURVES.join(', ')}`).optional(),
    x: base64url.optional(),
    y: base64url.optional(),
  })
  .superRefine((jwk, context) => {
    const secret = PRIVATE_MEMBERS.find((member) => member in jwk);
    const fault =
      secret === undefined ? publicKeyFault(jwk) : 'must be a public key: this one is private';
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault });
  })
  .transform(({ kty, kid, n, e, crv, x, y }) => defined({ kty, kid, n, e, crv, x, y }));

/** Any private key: a point of small order (RFC 7748, section 6.1) agrees with none. */
const TRIAL_KEY = { kty: 'OKP', crv: 'X25519', d: 'C'.repeat(43), x: 'C'.repeat(43) };

function publicKeyFault(jwk: Readonly<Record<string, unknown>>): string | undefined {
  let key: KeyObject;
  try {
    key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
    if (key.asymmetricKeyType === 'x25519') {
      const privateKey = createPrivateKey({ key: TRIAL_KEY, format: 'jwk' });
      diffieHellman({ publicKey: key, privateKey });
    }
  } catch {
    return 'is not a usable public key';
  }
  if (key.asymmetricKeyType !== 'rsa') return undefined;
  const { modulusLength: bits = 0, publicExponent: e = 0n } = key.asymmetricKeyDetails ?? {};
  if (bits < MIN_MODULUS_BITS) return `must have a modulus of at least ${MIN_MODULUS_BITS} bits`;
  if (e < MIN_EXPONENT || e % 2n === 0n) return `must have an odd exponent from ${MIN_EXPONENT} on`;
  const isOdd = (Buffer.from(String(jwk.n), 'base64url').at(-1) ?? 0) % 2 === 1;
  return isOdd ? undefined : 'is not a usable public key: its modulus is even';
}

export const bodyEncryptionSchema = z
  .strictObject({
    jwk: jwkSchema,
    alg: z.enum(['RSA-OAEP-256', 'ECDH-ES']).optional(),
    enc: z.literal('A256GCM').default('A256GCM'),
  })
  .superRefine(({ jwk, alg }, context) => {
    if (alg !== undefined && alg !== algorithmFor(jwk)) {
      const message = `must be ${algorithmFor(jwk)} for this key`;
      context.addIssue({ code: 'custom', path: ['alg'], message });
    }
  })
  .transform((input) => ({ ...input, alg: algorithmFor(input.jwk) }));
export type BodyEncryption = z.infer<typeof bodyEncryptionSchema>;

/** As answers show it. */
export const shownEncryptionSchema = z.strictObject({
  jwk: z.strictObject({
    kty: z.enum(['RSA', 'EC', 'OKP']),
    kid: z.string().optional(),
    n: z.string().optional(),
    e: z.string().optional(),
    crv: z.string().optional(),
    x: z.string().optional(),
    y: z.string().optional(),
  }),
  alg: z.enum(['RSA-OAEP-256', 'ECDH-ES']),
  enc: z.literal('A256GCM'),
});

function algorithmFor({ kty }: { kty: string }): 'RSA-OAEP-256' | 'ECDH-ES' {
  return kty === 'RSA' ? 'RSA-OAEP-256' : 'ECDH-ES';
}

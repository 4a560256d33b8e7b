// HTTP message signatures (RFC 9421) over method, target, digest (RFC 9530) and headers of a request.
import { createHash, createHmac, sign as signBytes } from 'node:crypto';
import { serializeDictionary, serializeInnerList } from 'structured-headers';
import * as z from 'zod';
import { MissingSigningKeyError } from '../errors.ts';
import type { Headers } from '../headers/names.ts';
import { headerNameSchema } from '../headers/names.ts';
import type { SigningMoment } from './moment.ts';
import { hmacKeyOf, keyBytesOf } from './secret.ts';

/** RFC 9421, section 3.3. The first two sign with the tenant's or the stack's keys, the last with the endpoint's secrets. */
const MESSAGE_ALGORITHMS = ['ed25519', 'rsa-v1_5-sha256', 'hmac-sha256'] as const;

export const messageSignatureSchema = z.strictObject({
  scheme: z.literal('http-message'),
  algorithm: z.enum(MESSAGE_ALGORITHMS).default('ed25519'),
  /** The signature's name in `Signature-Input` and `Signature`; see `labelOf`. */
  label: z
    .string()
    .regex(/^[a-z*][a-z0-9_.*-]{0,31}$/, 'must be a structured-field key of up to 32 characters')
    .default('posthorn'),
  tag: z
    .string()
    .regex(/^[\x20-\x7e]{1,64}$/, 'must be 1 to 64 printable ASCII characters')
    .default('posthorn-webhook'),
  /** Custom headers to cover beside the contract's own, which are covered always. */
  headers: z.array(headerNameSchema).max(20).default([]),
});
export type MessageSignature = z.infer<typeof messageSignatureSchema>;

export const MESSAGE_SIGNATURE_HEADERS = ['content-digest', 'signature-input', 'signature'];

interface SignedMessage {
  readonly method: string;
  /** The URL as it is requested. */
  readonly url: string;
  readonly body: Buffer;
  /** The headers to cover, by their last names and in their order; `content-type` among them. */
  readonly covered: Headers;
}

/** `Content-Digest`, `Signature-Input` and `Signature`. @param nonce new for each attempt */
export function signMessage(
  message: SignedMessage,
  setting: MessageSignature,
  moment: Pick<SigningMoment, 'nowMs' | 'secrets' | 'secretNumbers' | 'keys'>,
  nonce: string,
): Headers {
  const digest = `sha-256=:${createHash('sha256').update(message.body).digest('base64')}:`;
  const lines: (readonly [component: string, value: string])[] = [
    ['@method', message.method],
    ['@target-uri', message.url],
    ['content-digest', digest],
    ...message.covered.map(([name, value]) => [name.toLowerCase(), value.trim()] as const),
  ];
  const components = lines.map(([name]) => [name, new Map()] as [string, Map<string, never>]);
  const inputs: string[] = [];
  const signatures: string[] = [];
  for (const { keyId, label, sign } of signersOf(setting, moment)) {
    const parameters = new Map<string, string | number>([
      ['created', Math.floor(moment.nowMs / 1000)],
      ['keyid', keyId],
      ['alg', setting.algorithm],
      ['nonce', nonce],
      ['tag', setting.tag],
    ]);
    const input = serializeInnerList([components, parameters]);
    const base = [
      ...lines.map(([name, value]) => `"${name}": ${value}`),
      `"@signature-params": ${input}`,
    ];
    const signature = sign(Buffer.from(base.join('\n'), 'utf8'));
    inputs.push(`${label}=${input}`);
    signatures.push(serializeDictionary(new Map([[label, [arrayBufferOf(signature), new Map()]]])));
  }
  return [
    ['Content-Digest', digest],
    ['Signature-Input', inputs.join(', ')],
    ['Signature', signatures.join(', ')],
  ];
}

interface Signer {
  readonly keyId: string;
  readonly label: string;
  sign(base: Buffer): Buffer;
}

function signersOf(
  setting: MessageSignature,
  { secrets, secretNumbers, keys }: Pick<SigningMoment, 'secrets' | 'secretNumbers' | 'keys'>,
): Signer[] {
  const { algorithm, label } = setting;
  if (algorithm === 'hmac-sha256') {
    return secrets.map((secret, at) => ({
      keyId: secretId(secret),
      label: labelOf(setting, secretNumbers?.[at] ?? at + 1),
      sign: (base) => createHmac('sha256', hmacKeyOf(secret)).update(base).digest(),
    }));
  }
  const wanted = algorithm === 'ed25519' ? 'Ed25519' : 'RS256';
  const key = keys[wanted];
  if (!key) throw new MissingSigningKeyError(wanted);
  const hash = wanted === 'RS256' ? 'sha256' : null;
  return [{ keyId: key.id, label, sign: (base) => signBytes(hash, base, key.privateKey) }];
}

/** The first secret signs under the label itself, and each further one under a label of its own. */
export function labelOf({ label }: Pick<MessageSignature, 'label'>, secretNumber: number): string {
  return secretNumber === 1 ? label : `${label}-${secretNumber}`;
}

/** Tells an endpoint's secrets apart without saying anything of them: a hash of a hash. */
export function secretId(secret: string): string {
  const inner = createHash('sha256').update(keyBytesOf(secret)).digest();
  return createHash('sha256').update('posthorn keyid\n').update(inner).digest('hex').slice(0, 16);
}

function arrayBufferOf(bytes: Buffer): ArrayBuffer {
  return new Uint8Array(bytes).buffer;
}

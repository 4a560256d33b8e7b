// Signatures beside, or instead of, a contract's own: `v1a`, another contract's scheme during a
// migration, and HTTP message signatures.
import { sign as signBytes } from 'node:crypto';
import * as z from 'zod';
import { MissingSigningKeyError } from '../errors.ts';
import type { Headers } from '../headers/names.ts';
import {
  MESSAGE_SIGNATURE_HEADERS,
  type MessageSignature,
  messageSignatureSchema,
} from '../signing/http-message.ts';
import type { KeyAlgorithm } from '../signing/keys.ts';
import type { SigningMoment } from '../signing/moment.ts';
import { bronid } from './bronid.ts';
import type { DeliveryFacts } from './contract.ts';
import { idnow, idnowOptionsSchema } from './idnow.ts';
import { kycHmac } from './kyc-hmac.ts';
import { signedHead, standardWebhooks } from './standard-webhooks.ts';

const MAX_SIGNATURES = 4;

const BRONID_OPTIONS = { whitespace: 'compact', bodySignature: false } as const;

/** Another contract's headers are made with this endpoint's secrets over this endpoint's body. */
const extraSignatureSchema = z
  .discriminatedUnion('scheme', [
    messageSignatureSchema,
    /** `webhook-*` with ed25519 by the stack's key: `v1a,` and the base64 of the signature. */
    z.strictObject({ scheme: z.literal('v1a') }),
    z.strictObject({ scheme: z.literal('standard-webhooks') }),
    z.strictObject({
      scheme: z.literal('kyc-hmac'),
      signedContent: z.enum(['body', 'timestamp.body']).default('body'),
    }),
    z.strictObject({ scheme: z.literal('bronid') }),
    z.strictObject({
      scheme: z.literal('idnow'),
      ...idnowOptionsSchema.shape,
    }),
  ])
  .meta({ id: 'ExtraSignature' });
export type ExtraSignature = z.infer<typeof extraSignatureSchema>;
type HeaderSignature = Exclude<ExtraSignature, MessageSignature>;

export const extraSignaturesSchema = z
  .array(extraSignatureSchema)
  .max(MAX_SIGNATURES, `must be at most ${MAX_SIGNATURES}`)
  .refine(
    (list) => new Set(list.map(({ scheme }) => scheme)).size === list.length,
    'must not repeat a scheme',
  );

/** Stack keys that it is made with. */
export function algorithmsOf(extra: ExtraSignature): readonly KeyAlgorithm[] {
  if (extra.scheme === 'v1a') return ['Ed25519'];
  if (extra.scheme !== 'http-message' || extra.algorithm === 'hmac-sha256') return [];
  return [extra.algorithm === 'ed25519' ? 'Ed25519' : 'RS256'];
}

export async function signExtra(
  extra: HeaderSignature,
  body: Buffer,
  facts: DeliveryFacts,
  moment: SigningMoment,
): Promise<Headers> {
  switch (extra.scheme) {
    case 'v1a': {
      const key = moment.keys.Ed25519;
      if (!key) throw new MissingSigningKeyError('Ed25519');
      const head = Buffer.from(signedHead(facts.event.id, moment.nowMs), 'utf8');
      const signature = signBytes(null, Buffer.concat([head, body]), key.privateKey);
      const value = `v1a,${signature.toString('base64')}`;
      return [...standardWebhooks.identify(facts, moment), ['webhook-signature', value]];
    }
    case 'standard-webhooks':
      return [
        ...standardWebhooks.identify(facts, moment),
        ...(await standardWebhooks.sign(body, facts, {}, moment)),
      ];
    case 'kyc-hmac':
      return [
        ...kycHmac.identify(facts, moment),
        ...(await kycHmac.sign(body, facts, extra, moment)),
      ];
    case 'bronid':
      return bronid.sign(body, facts, BRONID_OPTIONS, moment);
    case 'idnow':
      return idnow.sign(body, facts, extra, moment);
    default:
      return extra satisfies never;
  }
}

/** The headers that it sets, in lower case. */
export function headerNamesOf(extra: ExtraSignature): readonly string[] {
  switch (extra.scheme) {
    case 'http-message':
      return MESSAGE_SIGNATURE_HEADERS;
    case 'v1a':
    case 'standard-webhooks':
      return standardWebhooks.headerNames({});
    case 'kyc-hmac':
      return kycHmac.headerNames(extra).filter((name) => name !== 'user-agent');
    case 'bronid':
      return bronid.headerNames(BRONID_OPTIONS);
    case 'idnow':
      return idnow.headerNames(extra);
    default:
      return extra satisfies never;
  }
}

/** One header for the signatures of all Standard Webhooks schemes; other names do not meet: see save. */
export function joined(headers: Headers): Headers {
  const found = new Map<string, readonly [string, string]>();
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    const before = found.get(key);
    const isList = key === 'webhook-signature' && before !== undefined;
    found.set(key, isList ? [before[0], `${before[1]} ${value}`] : [name, value]);
  }
  return [...found.values()];
}

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
import { CONTRACT_NAMES, contractOf } from './all.ts';
import type { Contract, DeliveryFacts } from './contract.ts';
import { signedHead, standardWebhooks } from './standard-webhooks.ts';

const MAX_SIGNATURES = 4;

/** Another contract's headers are made with this endpoint's secrets over this endpoint's body. */
const headerSchemes = CONTRACT_NAMES.flatMap((scheme) => {
  const { headerOptions } = contractOf(scheme);
  return headerOptions ? [z.strictObject({ scheme: z.literal(scheme), ...headerOptions })] : [];
});

const extraSignatureSchema = z
  .discriminatedUnion('scheme', [
    messageSignatureSchema,
    /** `webhook-*` with ed25519 by the signing key: `v1a,` and the base64 of the signature. */
    z.strictObject({ scheme: z.literal('v1a') }),
    ...headerSchemes,
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

/** Keys of the tenant or the stack that it is made with. */
function algorithmsOf(extra: ExtraSignature): readonly KeyAlgorithm[] {
  if (extra.scheme === 'v1a') return ['Ed25519'];
  if (extra.scheme !== 'http-message') return contractOf(extra.scheme).algorithms(extra);
  if (extra.algorithm === 'hmac-sha256') return [];
  return [extra.algorithm === 'ed25519' ? 'Ed25519' : 'RS256'];
}

/** Keys of the tenant or the stack that an endpoint's signatures are made with. */
export function algorithmsNeeded(
  {
    signatures = [],
    ownSignature = true,
  }: { readonly signatures?: readonly ExtraSignature[]; readonly ownSignature?: boolean },
  contract: Contract,
  options: unknown,
): ReadonlySet<KeyAlgorithm> {
  const own = ownSignature ? contract.algorithms(options) : [];
  return new Set([...own, ...signatures.flatMap(algorithmsOf)]);
}

export async function signExtra(
  extra: HeaderSignature,
  body: Buffer,
  facts: DeliveryFacts,
  moment: SigningMoment,
): Promise<Headers> {
  if (extra.scheme !== 'v1a') {
    const contract = contractOf(extra.scheme);
    return [
      ...contract.identify(facts, moment),
      ...(await contract.sign(body, facts, extra, moment)),
    ];
  }
  const key = moment.keys.Ed25519;
  if (!key) throw new MissingSigningKeyError('Ed25519');
  const head = Buffer.from(signedHead(facts.event.id, moment.nowMs), 'utf8');
  const signature = signBytes(null, Buffer.concat([head, body]), key.privateKey);
  const value = `v1a,${signature.toString('base64')}`;
  return [...standardWebhooks.identify(facts, moment), ['webhook-signature', value]];
}

/** The headers that it sets, in lower case. */
export function headerNamesOf(extra: ExtraSignature): readonly string[] {
  if (extra.scheme === 'http-message') return MESSAGE_SIGNATURE_HEADERS;
  if (extra.scheme === 'v1a') return standardWebhooks.headerNames({});
  // A user agent is the contract's and no part of its signature.
  const names = contractOf(extra.scheme).headerNames(extra);
  return names.filter((name) => name !== 'user-agent');
}

/**
 * Joins the signatures of all Standard Webhooks schemes in one header. No other name is repeated: an endpoint
 * with two schemes that set the same header is refused when it is saved.
 */
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

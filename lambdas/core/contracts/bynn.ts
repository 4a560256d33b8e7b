// Bynn, as docs/receivers/bynn.md shows it to receivers; test/core/contracts/fixtures/bynn.json is a real delivery.
import * as z from 'zod';
import { MissingSigningKeyError } from '../errors.ts';
import { occurredAtMs } from '../events/event.ts';
import { uuidOf } from '../identifiers.ts';
import { isObjectText, memberText, withoutMember } from '../json/members.ts';
import { signWithRsa } from '../signing/json-web-token.ts';
import type { SigningMoment } from '../signing/moment.ts';
import { randomSecret } from '../signing/secret.ts';
import type { Contract, DeliveryFacts } from './contract.ts';

/** A JWT is good for 24 hours from its making. */
const TOKEN_SECONDS = 24 * 3600;

const optionsSchema = z.strictObject({
  /** The JWT's `iss`: the stack's unless said. */
  issuer: z.string().min(1).max(256).optional(),
  /** What `X-Webhook-Token` carries: the endpoint's token, or the idempotency key as in the sample. */
  webhookToken: z.enum(['endpoint', 'delivery']).default('endpoint'),
  /** Whether the JWT's copy of the resource keeps its `reference`; the vendor's leaves it out. */
  jwtReference: z.enum(['exclude', 'include']).default('exclude'),
  /** Whether the JWT's header names the key. The vendor's has `alg` alone. */
  kid: z.boolean().default(false),
});
type Options = z.infer<typeof optionsSchema>;

export const bynn: Contract<Options> = {
  name: 'bynn',
  optionsSchema,
  defaultRetryPolicy: 'forty-days',
  createSecret: randomSecret,
  operatorsOptions: ['issuer'],
  algorithms: () => ['RS256'],
  headerNames: () => ['user-agent', 'x-webhook-token', 'x-test-mode', 'idempotency-key'],

  shape(facts, options, moment) {
    const { data } = facts.event;
    const resource = memberText(data, 'resource') ?? data;
    if (!isObjectText(resource)) return unshapeable('data.resource must be an object');
    const organization = organizationOf(facts);
    if (!isObjectText(organization)) return unshapeable('data.organization must be an object');
    const unsigned = envelope(facts, resource, organization);
    if (!moment.ownSignature) return { kind: 'shaped', body: Buffer.from(unsigned, 'utf8') };

    const claimed =
      options.jwtReference === 'include'
        ? unsigned
        : envelope(facts, withoutMember(resource, 'reference'), organization);
    const jwt = tokenOf(claimed, options.issuer ?? facts.issuer, options.kid, moment);
    return { kind: 'shaped', body: Buffer.from(withJwt(unsigned, jwt), 'utf8') };
  },
  signInBody(text, facts, options, moment) {
    if (!moment.ownSignature) return text;
    return withJwt(text, tokenOf(text, options.issuer ?? facts.issuer, options.kid, moment));
  },

  identify: () => [],
  sign: () => [],
  describe: ({ event, token, idempotencyKey }, { webhookToken }) => [
    ['User-Agent', 'Bynn-Intelligence/v1.1'],
    ['X-Webhook-Token', webhookToken === 'delivery' ? idempotencyKey : token],
    ['X-Test-Mode', String(event.environment === 'test')],
    ['Idempotency-Key', idempotencyKey],
  ],
};

const withJwt = (text: string, jwt: string): string => `${text.slice(0, -1)},"jwt":"${jwt}"}`;

/**
 * The event's own organization where the operator's key posted it; otherwise, and where it has none, the tenant.
 * Events that do not say who posted them are from before they did: an endpoint of that time gets them as it did.
 */
function organizationOf({ event, tenantName, signingKey }: DeliveryFacts): string {
  const isFromBefore = event.postedBy === undefined && signingKey === undefined;
  const isTrusted = event.postedBy === 'operator' || isFromBefore;
  const given = isTrusted ? memberText(event.data, 'organization') : undefined;
  return given === undefined || given === 'null'
    ? JSON.stringify({ id: event.tenant, name: tenantName })
    : given;
}

/** The fields in the sample's order; ISO 8601 in UTC without milliseconds. */
function envelope({ event }: DeliveryFacts, resource: string, organization: string): string {
  const createdAt = new Date(occurredAtMs(event)).toISOString().replace(/\.\d{3}Z$/, 'Z');
  const head = `"event_id":"${uuidOf(event.id)}","created_at":"${createdAt}","event_type":${JSON.stringify(event.type)}`;
  return `{${head},"resource":${resource},"organization":${organization}}`;
}

function tokenOf(
  data: string,
  issuer: string,
  withKeyId: boolean,
  { nowMs, jti, keys }: SigningMoment,
): string {
  if (!keys.RS256) throw new MissingSigningKeyError('RS256');
  const issuedAt = Math.floor(nowMs / 1000);
  const head = `"iss":${JSON.stringify(issuer)},"sub":null,"iat":${issuedAt},"exp":${issuedAt + TOKEN_SECONDS},"jti":"${jti}"`;
  const { id, privateKey } = keys.RS256;
  return signWithRsa(`{${head},"data":${data}}`, privateKey, withKeyId ? id : undefined);
}

function unshapeable(reason: string) {
  return { kind: 'unshapeable', reason: `The contract bynn cannot form this: ${reason}.` } as const;
}

// What the operations on signing keys take and answer.
import * as z from 'zod';
import { ENVIRONMENTS, TENANT_ID } from '../../core/scope.ts';
import { broughtKeySchema, rotationSchema } from '../../core/signing/key-input.ts';
import { KEY_ALGORITHMS } from '../../core/signing/keys.ts';
import { creationHeader, OTHER_BODY } from '../../http/creation.ts';
import { operation } from '../../http/operation.ts';
import { EXAMPLE, idOf, idParams, pageSchema, timeSchema } from '../schemas.ts';

const keyExample = {
  id: `sk_${EXAMPLE.suffix}`,
  algorithm: 'Ed25519',
  origin: 'generated',
  state: 'signing',
  publicKey: '-----BEGIN PUBLIC KEY-----\n...\n-----END PUBLIC KEY-----\n',
  createdAt: EXAMPLE.time,
  signsFrom: EXAMPLE.time,
  publishedUntil: null,
};

const signingKeySchema = z
  .strictObject({
    id: idOf('sk'),
    algorithm: z.enum(KEY_ALGORITHMS),
    origin: z.enum(['generated', 'brought']),
    state: z.enum(['next', 'signing', 'retiring']),
    publicKey: z.string().meta({ description: 'SPKI, in PEM.' }),
    createdAt: timeSchema,
    signsFrom: timeSchema,
    publishedUntil: timeSchema.nullable(),
  })
  .meta({ id: 'SigningKey', example: keyExample });

/** RFC 7517 and 8037. Strict: what is answered goes through it, so that no private member gets out. */
export const publicJwkSchema = z
  .strictObject({
    kty: z.enum(['RSA', 'OKP']),
    kid: idOf('sk'),
    alg: z.enum(['RS256', 'EdDSA']),
    use: z.literal('sig'),
    n: z.string().optional(),
    e: z.string().optional(),
    crv: z.literal('Ed25519').optional(),
    x: z.string().optional(),
  })
  .meta({ id: 'PublicJwk' });

export const NO_KEY = 'There is no such key.';
export const NO_TENANT = 'There is no such tenant.';
const environment = z
  .enum(ENVIRONMENTS)
  .default('live')
  .meta({ description: 'The environment whose events the key signs.' });
/** Whose keys they are. */
const ownerQuery = z.strictObject({
  tenant: z
    .string()
    .regex(TENANT_ID)
    .meta({
      description:
        'The tenant whose keys the operator means; the stack’s if it is left out. A tenant’s key means its own.',
    })
    .optional(),
  environment: z
    .enum(ENVIRONMENTS)
    .meta({
      description:
        'The environment whose events the key signs: `live` unless said, or that of the tenant’s key.',
    })
    .optional(),
});
const CHANGING = 'Another request is changing the keys, or too many are published.';
const cacheHeader = { 'Cache-Control': 'How long receivers may cache the answer.' };

const jwksExample = {
  keys: [
    {
      kty: 'OKP',
      crv: 'Ed25519',
      x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo',
      kid: keyExample.id,
      alg: 'EdDSA',
      use: 'sig',
    },
  ],
};

export const getJwks = operation({
  id: 'getJwks',
  method: 'get',
  path: '/.well-known/jwks.json',
  tag: 'Signing keys',
  summary: 'The public keys as a JWK set',
  access: 'open',
  session: 'all',
  replies: {
    200: {
      description: 'All keys that sign now, will sign, or signed recently.',
      schema: z
        .strictObject({ keys: z.array(publicJwkSchema) })
        .meta({ id: 'Jwks', example: jwksExample }),
      headers: cacheHeader,
    },
  },
});
export const getPublicKey = operation({
  id: 'getPublicKey',
  method: 'get',
  path: '/.well-known/keys/{file}',
  tag: 'Signing keys',
  summary: 'A public key as PEM',
  access: 'open',
  session: 'all',
  params: z.strictObject({
    file: z.string().meta({
      description: 'The key’s id, followed by `.pem`.',
      example: 'sk_01kg9vhq5pfh9tz4dg5ckhsvhm.pem',
    }),
  }),
  replies: {
    200: {
      description: 'The public key as SPKI, in PEM.',
      schema: z.string(),
      contentType: 'application/x-pem-file',
      headers: cacheHeader,
      example: '-----BEGIN PUBLIC KEY-----\n...\n-----END PUBLIC KEY-----\n',
    },
  },
  problems: { 404: NO_KEY },
});
const ownerParams = z.strictObject({
  tenant: z.string().meta({ example: 'acme' }),
  environment: z.enum(ENVIRONMENTS),
});
export const getTenantJwks = operation({
  ...getJwks,
  id: 'getTenantJwks',
  path: '/.well-known/{tenant}/{environment}/jwks.json',
  summary: 'A tenant’s public keys as a JWK set',
  description: 'Receivers of the tenant’s endpoints verify with these, and with no others.',
  params: ownerParams,
  problems: { 404: NO_TENANT },
});
export const getTenantPublicKey = operation({
  ...getPublicKey,
  id: 'getTenantPublicKey',
  path: '/.well-known/{tenant}/{environment}/keys/{file}',
  summary: 'A tenant’s public key as PEM',
  params: ownerParams.extend(getPublicKey.params.shape),
});
export const listSigningKeys = operation({
  id: 'listSigningKeys',
  method: 'get',
  path: '/v1/signing-keys',
  tag: 'Signing keys',
  summary: 'List the stack’s or a tenant’s signing keys',
  access: 'operator',
  session: 'refused',
  ownScope: 'endpoints:read',
  query: ownerQuery,
  replies: { 200: { description: 'All its keys.', schema: pageSchema(signingKeySchema) } },
  problems: { 404: NO_TENANT },
});
export const bringSigningKey = operation({
  id: 'bringSigningKey',
  method: 'post',
  path: '/v1/signing-keys',
  tag: 'Signing keys',
  summary: 'Import a private key',
  description:
    'The key becomes the stack’s and succeeds the current key of its algorithm. It signs at once, unless `leadSeconds` delays it. Events of `test` need a key of their own.',
  access: 'operator',
  session: 'refused',
  query: z.strictObject({ environment }),
  body: broughtKeySchema,
  bodyExample: {
    privateKey: '-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----\n',
    leadSeconds: 0,
  },
  headers: creationHeader,
  replies: { 201: { description: 'The key, without its private half.', schema: signingKeySchema } },
  problems: { 409: `The key was already imported. Or: ${CHANGING} Or: ${OTHER_BODY}` },
});
export const rotateSigningKey = operation({
  id: 'rotateSigningKey',
  method: 'post',
  path: '/v1/signing-keys/{id}/rotate',
  tag: 'Signing keys',
  summary: 'Rotate a signing key',
  description:
    'Creates the key’s successor. It is published at once, and signs after `leadSeconds`, when receivers have had time to fetch it.',
  access: 'operator',
  session: 'refused',
  ownScope: 'secrets:write',
  params: idParams('sk'),
  query: ownerQuery,
  body: rotationSchema,
  isBodyOptional: true,
  bodyExample: { overlapSeconds: 86_400, leadSeconds: 600 },
  headers: creationHeader,
  replies: { 201: { description: 'The new key.', schema: signingKeySchema } },
  problems: { 404: NO_KEY, 409: `The key was already rotated. Or: ${CHANGING} Or: ${OTHER_BODY}` },
});

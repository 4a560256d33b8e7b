// What the operations on endpoints take and answer.
import * as z from 'zod';
import { CONTRACT_NAMES } from '../../core/contracts/all.ts';
import { extraSignaturesSchema } from '../../core/contracts/further-signatures.ts';
import { STRICT_RULES } from '../../core/destinations/url.ts';
import { endpointInputSchema, METHODS } from '../../core/endpoints/endpoint.ts';
import { TLS_VERSIONS } from '../../core/endpoints/tls.ts';
import { autoPauseSchema } from '../../core/health/health.ts';
import { isId } from '../../core/identifiers.ts';
import { retryPolicySchema } from '../../core/retries/policy.ts';
import { creationHeader, OTHER_BODY } from '../../http/creation.ts';
import { FULL } from '../../http/limits.ts';
import { operation } from '../../http/operation.ts';
import { EXAMPLES } from '../examples.ts';
import { pageShape } from '../listing/query.ts';
import { environmentSchema, idOf, idParams, pageSchema, timeSchema } from '../schemas.ts';

const healthSchema = z
  .strictObject({
    state: z.enum(['healthy', 'tripped', 'paused', 'recovering']),
    failures: z.int().meta({ description: 'Failed attempts since the last success.' }),
    failingSince: timeSchema.nullable(),
    lastSuccessAt: timeSchema.nullable(),
    pausedBy: z.enum(['user', 'gone', 'failures', 'verification']).nullable(),
    nextProbeAt: timeSchema.nullable(),
  })
  .meta({ id: 'EndpointHealth' });

const encryptionSchema = z.strictObject({
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

const certificateSchema = z.strictObject({
  subject: z.string(),
  expiresAt: timeSchema,
  fingerprint: z.string().meta({ description: 'SHA-256, hex with colons.' }),
});
const tlsSchema = z
  .strictObject({
    ca: z.array(certificateSchema),
    clientCertificate: certificateSchema.nullable(),
    minVersion: z.enum(TLS_VERSIONS),
  })
  .meta({ id: 'EndpointTls' });

export const endpointSchema = z
  .strictObject({
    id: idOf('ep'),
    url: z.string(),
    contract: z.enum(CONTRACT_NAMES),
    contractOptions: z.unknown().meta({ type: 'object' }),
    eventTypes: z.array(z.string()),
    channels: z.array(z.string()),
    filter: z.record(z.string(), z.unknown()).nullable(),
    method: z.enum(METHODS),
    headers: z.record(z.string(), z.string()),
    timeoutMs: z.int(),
    retryPolicy: retryPolicySchema,
    autoPause: autoPauseSchema,
    maxPerSecond: z.number().nullable(),
    polling: z.boolean(),
    description: z.string(),
    secret: z.string().meta({ description: '28 asterisks and its last four characters.' }),
    token: z.string().nullable(),
    signatures: extraSignaturesSchema,
    ownSignature: z.boolean(),
    encryption: encryptionSchema.nullable(),
    authentication: z
      .array(z.record(z.string(), z.string()))
      .meta({ description: 'As they were given, with what is secret masked.' }),
    renameHeaders: z.record(z.string(), z.string()),
    timingHeaders: z.boolean(),
    tls: tlsSchema.nullable().meta({ description: 'Certificates of its own; never the key.' }),
    template: idOf('tpl').nullable().meta({ description: 'The template that it follows.' }),
    own: z
      .array(z.string())
      .nullable()
      .meta({ description: 'Settings of its own; the others are its template’s.' }),
    verifyUrl: z.boolean(),
    verifiedAt: timeSchema.nullable().meta({ description: 'When its URL was proved.' }),
    status: z.enum(['active', 'paused', 'unverified', 'deleted']),
    health: healthSchema,
    environment: environmentSchema,
    createdAt: timeSchema,
  })
  .meta({ id: 'Endpoint', example: EXAMPLES.endpoint });

export const NO_ENDPOINT = 'There is no such endpoint.';
export const UNVERIFIED =
  'Its URL is not proved: POST /v1/endpoints/{id}/verify sends a challenge to echo.';
export const tagHeader = { ETag: 'The version: send it as `If-Match` with the next change.' };
export const matchHeader = {
  'If-Match': 'The `ETag` of the version that is meant: another one is answered with 412.',
};

/** Settings as they stand in a body: which of them were given counts. */
export type Asked = Readonly<Record<string, unknown>>;
export const askedSchema = z.custom<Asked>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be a JSON object',
);

/** What the document says of an endpoint's settings. */
export const endpointInput = endpointInputSchema(STRICT_RULES).meta({ id: 'EndpointInput' });

export const createEndpoint = operation({
  id: 'createEndpoint',
  method: 'post',
  path: '/v1/endpoints',
  tag: 'Endpoints',
  summary: 'Create an endpoint',
  description:
    'With `template` it follows one, and its own settings win. With `verifyUrl` it gets nothing until its URL has echoed a challenge, which is tried at once.',
  access: 'endpoints:write',
  body: askedSchema,
  documentedBody: endpointInput,
  bodyExample: { url: 'https://acme.io/webhooks', eventTypes: ['dossier.*'] },
  headers: creationHeader,
  replies: { 201: { description: 'Created.', schema: endpointSchema, headers: tagHeader } },
  problems: { 409: `${FULL} Or: ${OTHER_BODY} Or: the template is changing at the moment.` },
});
export const listEndpoints = operation({
  id: 'listEndpoints',
  method: 'get',
  path: '/v1/endpoints',
  tag: 'Endpoints',
  summary: 'List endpoints, oldest first',
  access: 'endpoints:read',
  query: z.strictObject(pageShape((id) => isId('ep', id))),
  replies: { 200: { description: 'A page of endpoints.', schema: pageSchema(endpointSchema) } },
});
export const getEndpoint = operation({
  id: 'getEndpoint',
  method: 'get',
  path: '/v1/endpoints/{id}',
  tag: 'Endpoints',
  summary: 'Read an endpoint',
  access: 'endpoints:read',
  params: idParams('ep'),
  replies: { 200: { description: 'The endpoint.', schema: endpointSchema, headers: tagHeader } },
  problems: { 404: NO_ENDPOINT },
});
export const deleteEndpoint = operation({
  id: 'deleteEndpoint',
  method: 'delete',
  path: '/v1/endpoints/{id}',
  tag: 'Endpoints',
  summary: 'Delete an endpoint, and cancel what waits for it',
  access: 'endpoints:write',
  params: idParams('ep'),
  headers: matchHeader,
  replies: { 204: { description: 'Deleted.' } },
  problems: {
    404: NO_ENDPOINT,
    409: 'It was changed in the meantime.',
    412: '`If-Match` names another version.',
  },
});

// An endpoint as the API shows it.
import * as z from 'zod';
import { CONTRACT_NAMES, contractOf } from '../../core/contracts/all.ts';
import { extraSignaturesSchema } from '../../core/contracts/further-signatures.ts';
import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import { METHODS } from '../../core/endpoints/endpoint.ts';
import { TLS_VERSIONS } from '../../core/endpoints/tls.ts';
import { isUnverified } from '../../core/endpoints/verification.ts';
import { autoPauseSchema } from '../../core/health/auto-pause.ts';
import type { Health } from '../../core/health/health.ts';
import { isHeldByHand } from '../../core/health/health.ts';
import type { RetryPolicyInput } from '../../core/retries/policy.ts';
import { retryPolicySchema } from '../../core/retries/policy.ts';
import { EXAMPLES } from '../examples.ts';
import { environmentSchema, idOf, time, timeSchema } from '../schemas.ts';
import { extrasView } from './extras.ts';
import { standingFrom } from './standing.ts';

/** What shows where an endpoint has nothing of its own. */
export interface ViewDefaults {
  /** The stack's retry policy, if it has one. */
  readonly retryPolicy?: RetryPolicyInput | undefined;
}

export function healthView(health: Health) {
  return {
    state: health.state,
    failures: health.failures,
    failingSince: health.failingSinceMs === undefined ? null : time(health.failingSinceMs),
    lastSuccessAt: health.lastSuccessAtMs === undefined ? null : time(health.lastSuccessAtMs),
    pausedBy: health.pausedBy ?? null,
    nextProbeAt:
      health.probeAtMs === undefined || isHeldByHand(health) ? null : time(health.probeAtMs),
  };
}

export function endpointView(endpoint: Endpoint, health: Health, defaults: ViewDefaults) {
  const contract = contractOf(endpoint.contract);
  return {
    id: endpoint.id,
    url: endpoint.url,
    contract: endpoint.contract,
    contractOptions: endpoint.contractOptions,
    eventTypes: endpoint.eventTypes,
    channels: endpoint.channels,
    filter: endpoint.filter ?? null,
    method: endpoint.method,
    headers: endpoint.headers,
    timeoutMs: endpoint.timeoutMs,
    retryPolicy: endpoint.retryPolicy ?? defaults.retryPolicy ?? contract.defaultRetryPolicy,
    autoPause: endpoint.autoPause,
    maxPerSecond: endpoint.maxPerSecond ?? null,
    polling: endpoint.polling ?? false,
    description: endpoint.description,
    secret: endpoint.maskedSecret,
    ...extrasView(endpoint),
    template: endpoint.template ?? null,
    own: endpoint.own ?? null,
    verifyUrl: endpoint.verifyUrl ?? false,
    verifiedAt: endpoint.verifiedAtMs === undefined ? null : time(endpoint.verifiedAtMs),
    status: isUnverified(endpoint) ? ('unverified' as const) : standingFrom(endpoint, health),
    health: healthView(health),
    environment: endpoint.environment,
    createdAt: time(endpoint.createdAtMs),
  };
}

export const healthSchema = z
  .strictObject({
    state: z.enum(['healthy', 'tripped', 'paused', 'recovering']),
    failures: z.int().meta({ description: 'Failed attempts since the last success.' }),
    failingSince: timeSchema.nullable(),
    lastSuccessAt: timeSchema.nullable(),
    pausedBy: z.enum(['user', 'gone', 'failures', 'verification']).nullable(),
    nextProbeAt: timeSchema.nullable(),
  })
  .meta({ id: 'EndpointHealth' });

export const encryptionSchema = z.strictObject({
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

export const certificateSchema = z.strictObject({
  subject: z.string(),
  expiresAt: timeSchema,
  fingerprint: z.string().meta({ description: 'SHA-256, hex with colons.' }),
});

export const tlsSchema = z
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

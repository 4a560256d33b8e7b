// An endpoint as the API shows it.
import * as z from 'zod';
import { contractOf } from '../../core/contracts/all.ts';
import { kindOf, shownAddress } from '../../core/destinations/destination.ts';
import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import { SETTINGS } from '../../core/endpoints/settings/all.ts';
import {
  exampleSettings,
  shownSettings,
  shownShape,
} from '../../core/endpoints/settings/setting.ts';
import { isUnverified } from '../../core/endpoints/verification.ts';
import { warningsOf } from '../../core/endpoints/warnings.ts';
import { type Health, isHeldByHand } from '../../core/health/health.ts';
import type { RetryPolicyInput } from '../../core/retries/delays.ts';
import { EXAMPLE, environmentSchema, idOf, time, timeSchema } from '../schemas.ts';
import { standingFrom } from './standing.ts';

/** What shows where an endpoint has nothing of its own. */
export interface ViewDefaults {
  /** The stack's retry policy, if it has one. */
  readonly retryPolicy?: RetryPolicyInput | undefined;
}

/** What holds an endpoint whose URL is not proved; what a user paused stays the user's. */
const UNPROVED = { state: 'paused', pausedBy: 'verification', nextProbeAt: null } as const;

function healthView(health: Health, isUnproved: boolean) {
  return {
    state: health.state,
    failures: health.failures,
    failingSince: health.failingSinceMs === undefined ? null : time(health.failingSinceMs),
    lastSuccessAt: health.lastSuccessAtMs === undefined ? null : time(health.lastSuccessAtMs),
    pausedBy: health.pausedBy ?? null,
    nextProbeAt:
      health.probeAtMs === undefined || isHeldByHand(health) ? null : time(health.probeAtMs),
    ...(isUnproved && !isHeldByHand(health) ? UNPROVED : {}),
  };
}

export function endpointView(endpoint: Endpoint, health: Health, defaults: ViewDefaults) {
  const { defaultRetryPolicy } = contractOf(endpoint.contract);
  const { destination } = endpoint;
  const { tls, ...settings } = shownSettings(SETTINGS, {
    ...endpoint,
    ...shownAddress(destination),
  });
  const verifiedAtMs = kindOf(destination).provedAtMs(destination);
  return {
    id: endpoint.id,
    ...settings,
    retryPolicy: endpoint.retryPolicy ?? defaults.retryPolicy ?? defaultRetryPolicy,
    secret: endpoint.maskedSecret,
    tls,
    template: endpoint.template ?? null,
    own: endpoint.own ?? null,
    verifyUrl: endpoint.verifyUrl ?? false,
    verifiedAt: verifiedAtMs === undefined ? null : time(verifiedAtMs),
    status: isUnverified(endpoint) ? ('unverified' as const) : standingFrom(endpoint, health),
    health: healthView(health, isUnverified(endpoint)),
    environment: endpoint.environment,
    createdAt: time(endpoint.createdAtMs),
    warnings: warningsOf(endpoint),
  };
}

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

const { tls: tlsExample, ...examples } = exampleSettings(SETTINGS);
export const endpointExample = {
  id: `ep_${EXAMPLE.suffix}`,
  ...examples,
  tls: tlsExample,
  template: null,
  own: null,
  verifyUrl: false,
  verifiedAt: null,
  status: 'active',
  health: {
    state: 'healthy',
    failures: 0,
    failingSince: null,
    lastSuccessAt: EXAMPLE.time,
    pausedBy: null,
    nextProbeAt: null,
  },
  environment: 'live',
  createdAt: EXAMPLE.time,
  warnings: [],
};

export const warningSchema = z
  .strictObject({
    path: z.string().meta({ description: 'A JSON Pointer to the setting.' }),
    message: z.string(),
  })
  .meta({ id: 'Warning' });

const { tls, ...settings } = shownShape(SETTINGS);
export const endpointSchema = z
  .strictObject({
    id: idOf('ep'),
    ...settings,
    tls,
    template: idOf('tpl')
      .nullable()
      .meta({ description: 'The template that the endpoint inherits from.' }),
    own: z.array(z.string()).nullable().meta({
      description:
        'The names of the settings that the endpoint sets itself. It inherits the others from its template.',
    }),
    verifyUrl: z.boolean(),
    verifiedAt: timeSchema.nullable().meta({ description: 'When the URL was verified.' }),
    status: z.enum(['active', 'paused', 'unverified', 'deleted']),
    health: healthSchema,
    environment: environmentSchema,
    createdAt: timeSchema,
    warnings: z.array(warningSchema).meta({ description: 'What its receivers may stumble over.' }),
  })
  .meta({ id: 'Endpoint', example: endpointExample });

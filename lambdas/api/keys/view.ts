// An API key as the API shows it.
import * as z from 'zod';
import { type ApiKey, grantedScopes, KEY_SCOPES } from '../../core/keys/api-key.ts';
import { EXAMPLE, environmentSchema, idOf, time, timeSchema } from '../schemas.ts';
import { consoleSessionSchema, portalSessionSchema } from '../sessions/view.ts';

export function keyView(key: ApiKey) {
  return {
    id: key.id,
    parent: key.parentId ?? null,
    name: key.name,
    tenant: key.tenant,
    environment: key.environment,
    scopes: grantedScopes(key),
    hint: key.hint,
    createdAt: time(key.createdAtMs),
    expiresAt: key.expiresAtMs === undefined ? null : time(key.expiresAtMs),
    revokedAt: key.revokedAtMs === undefined ? null : time(key.revokedAtMs),
    lastUsedAt: key.lastUsedAtMs === undefined ? null : time(key.lastUsedAtMs),
  };
}

const example = {
  id: `key_${EXAMPLE.suffix}`,
  parent: null,
  name: 'producer',
  tenant: 'acme',
  environment: 'live',
  scopes: ['events:write', 'events:read'],
  hint: 'ph_live_dN4w',
  createdAt: EXAMPLE.time,
  expiresAt: null,
  revokedAt: null,
  lastUsedAt: '2026-01-31T09:00:00.000Z',
};

export const keySchema = z
  .strictObject({
    id: idOf('key'),
    parent: idOf('key').nullable().meta({
      description:
        'The key that made it, and with which it is revoked; null if the operator made it.',
    }),
    name: z.string(),
    tenant: z.string(),
    environment: environmentSchema,
    scopes: z.array(z.enum(KEY_SCOPES)),
    hint: z.string(),
    createdAt: timeSchema,
    expiresAt: timeSchema.nullable(),
    revokedAt: timeSchema.nullable(),
    lastUsedAt: timeSchema
      .nullable()
      .meta({ description: 'Rounded to the hour; it may lag by up to an hour.' }),
  })
  .meta({ id: 'Key', example: example });

export const createdKeySchema = z.strictObject({ ...keySchema.shape, key: z.string() }).meta({
  id: 'CreatedKey',
  example: { ...example, key: 'ph_live_dN4wBkVJ0tQ5pWcYh2sXz8RmEu3fGa7LoT1iKj6vHnM' },
});

export const currentKeySchema = z
  .strictObject({
    kind: z.enum(['operator', 'tenant']),
    tenant: z.string().nullable(),
    environment: environmentSchema.nullable(),
    scopes: z.array(z.enum(KEY_SCOPES)),
    key: keySchema.nullable(),
    session: z
      .union([portalSessionSchema, consoleSessionSchema])
      .nullable()
      .meta({ description: 'Where the request is made with a session, and not with a key.' }),
  })
  .meta({
    id: 'CurrentKey',
    example: {
      kind: 'tenant',
      tenant: 'acme',
      environment: 'live',
      scopes: example.scopes,
      key: example,
      session: null,
    },
  });

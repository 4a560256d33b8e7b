// An API key as the API shows it.
import * as z from 'zod';
import { type ApiKey, grantedScopes, KEY_SCOPES } from '../../core/keys/api-key.ts';
import { EXAMPLE, environmentSchema, idOf, time, timeSchema } from '../schemas.ts';
import { consoleSessionSchema, portalSessionSchema } from '../sessions/view.ts';

/** @param isOperator whether the operator asks: its people are not shown to others */
export function keyView(key: ApiKey, isOperator: boolean) {
  const { actor = null, subject = null } = key.createdBy ?? {};
  return {
    id: key.id,
    parent: key.parentId ?? null,
    createdBy: isOperator && key.createdBy ? { actor, subject } : null,
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
  createdBy: { actor: 'sam@example.com', subject: '248289761001' },
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
    createdBy: z
      .strictObject({
        actor: z.string().nullable().meta({ description: 'As the session says.' }),
        subject: z.string().nullable().meta({
          description: 'Where that person signed in by the identity provider: its `sub`.',
        }),
      })
      .nullable()
      .meta({
        description:
          'The person whose session of the console made it, shown to the operator only; null if the operator’s key or another key made it. The key stays when the person is gone.',
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

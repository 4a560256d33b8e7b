// What the operations on keys take and answer.
import * as z from 'zod';
import { isId } from '../../core/identifiers.ts';
import { keyInputSchema } from '../../core/keys/api-key.ts';
import { creationHeader, OTHER_BODY } from '../../http/creation.ts';
import { FULL } from '../../http/limits.ts';
import { operation } from '../../http/operation.ts';
import { pageShape } from '../listing/query.ts';
import { idParams, pageSchema } from '../schemas.ts';
import { createdKeySchema, currentKeySchema, keySchema } from './view.ts';

export const NO_KEY = 'There is no such key.';

export const createKeyOperation = operation({
  id: 'createKey',
  method: 'post',
  path: '/v1/keys',
  tag: 'Keys',
  summary: 'Create a key for a tenant',
  description:
    'A tenant’s key can grant only scopes that it has itself, and no longer life than its own: the new key expires with it at the latest, and is revoked with it.',
  access: 'keys:write',
  session: 'refused',
  body: keyInputSchema.meta({ id: 'KeyInput' }),
  bodyExample: { name: 'producer', preset: 'producer' },
  headers: creationHeader,
  replies: {
    200: {
      description:
        'An earlier request with this `Idempotency-Key` created the key. The key itself is not shown again.',
      schema: keySchema,
    },
    201: {
      description: 'The key, which is shown only this once.',
      schema: createdKeySchema,
    },
  },
  problems: { 409: `${FULL} Or: ${OTHER_BODY}` },
});
export const listKeys = operation({
  id: 'listKeys',
  method: 'get',
  path: '/v1/keys',
  tag: 'Keys',
  summary: 'List keys, oldest first',
  access: 'keys:write',
  session: 'refused',
  query: z.strictObject(pageShape((id) => isId('key', id))),
  replies: { 200: { description: 'A page of keys.', schema: pageSchema(keySchema) } },
});
export const getCurrentKey = operation({
  id: 'getCurrentKey',
  method: 'get',
  path: '/v1/keys/current',
  tag: 'Keys',
  summary: 'Read the key or session that the request is made with',
  access: 'key',
  session: 'all',
  replies: {
    200: {
      description:
        'The owner and scopes. The operator’s key, and a session of the console, belong to no tenant; the key has every scope, the session those of its role.',
      schema: currentKeySchema,
    },
  },
});
export const getKey = operation({
  id: 'getKey',
  method: 'get',
  path: '/v1/keys/{id}',
  tag: 'Keys',
  summary: 'Read a key’s scopes and its last use',
  access: 'keys:write',
  session: 'refused',
  params: idParams('key'),
  replies: {
    200: { description: 'The key’s details, without the key itself.', schema: keySchema },
  },
  problems: { 404: NO_KEY },
});
export const revokeKey = operation({
  id: 'revokeKey',
  method: 'delete',
  path: '/v1/keys/{id}',
  tag: 'Keys',
  summary: 'Revoke a key, and the keys that were made with it',
  description:
    'The keys that it made, those that they made, and so on are revoked as well. A tenant’s key can revoke only keys whose scopes it has itself. Repeating the call is harmless.',
  access: 'keys:write',
  session: 'refused',
  params: idParams('key'),
  replies: { 204: { description: 'Revoked. The keys stop working within seconds.' } },
  problems: { 404: NO_KEY },
});

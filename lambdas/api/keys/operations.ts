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
  summary: 'Create a key of a tenant',
  description: 'A tenant’s key gives what it has itself at most.',
  access: 'keys:write',
  body: keyInputSchema.meta({ id: 'KeyInput' }),
  bodyExample: { name: 'producer', preset: 'producer' },
  headers: creationHeader,
  replies: {
    200: {
      description: 'The `Idempotency-Key` created it before; the key itself is not shown again.',
      schema: keySchema,
    },
    201: {
      description: 'The key; it is not shown again.',
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
  summary: 'List keys, newest first',
  access: 'keys:write',
  query: z.strictObject(pageShape((id) => isId('key', id))),
  replies: { 200: { description: 'A page of keys.', schema: pageSchema(keySchema) } },
});
export const getCurrentKey = operation({
  id: 'getCurrentKey',
  method: 'get',
  path: '/v1/keys/current',
  tag: 'Keys',
  summary: 'Tell whose key this is, and what it may do',
  access: 'key',
  replies: {
    200: {
      description: 'Who asks. The operator’s key is of no tenant, and has every scope.',
      schema: currentKeySchema,
    },
  },
});
export const getKey = operation({
  id: 'getKey',
  method: 'get',
  path: '/v1/keys/{id}',
  tag: 'Keys',
  summary: 'Read what a key may do and when it was used',
  access: 'keys:write',
  params: idParams('key'),
  replies: { 200: { description: 'The key, without the key itself.', schema: keySchema } },
  problems: { 404: NO_KEY },
});
export const revokeKey = operation({
  id: 'revokeKey',
  method: 'delete',
  path: '/v1/keys/{id}',
  tag: 'Keys',
  summary: 'Revoke a key, within seconds',
  access: 'keys:write',
  params: idParams('key'),
  replies: { 204: { description: 'Revoked.' } },
  problems: { 404: NO_KEY },
});

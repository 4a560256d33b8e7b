// What the operations on sessions take and answer.
import * as z from 'zod';
import { ORIGIN } from '../../core/edge/settings.ts';
import { isId } from '../../core/identifiers.ts';
import { ROLES } from '../../core/sessions/roles.ts';
import {
  MAX_CONSOLE_SECONDS,
  MAX_PORTAL_SECONDS,
  MIN_SESSION_SECONDS,
  SESSION_SCOPES,
} from '../../core/sessions/session.ts';
import { operation } from '../../http/operation.ts';
import { pageShape } from '../listing/query.ts';
import { NO_ENDPOINT } from '../lookups.ts';
import { idOf, pageSchema } from '../schemas.ts';
import {
  consoleSessionSchema,
  createdConsoleSchema,
  createdPortalSchema,
  portalSessionSchema,
  revokedSchema,
} from './view.ts';

const MAX_ENDPOINTS = 100;
const DEFAULT_PORTAL_SECONDS = 3_600;

const secondsSchema = (most: number, byDefault: number) =>
  z.int().min(MIN_SESSION_SECONDS).max(most).default(byDefault);
const actorSchema = z.string().min(1).max(200).optional();
const endpointSchema = idOf('ep').refine((id) => isId('ep', id), 'must be the id of an endpoint');

const portalInputSchema = z
  .strictObject({
    preset: z.enum(['viewer', 'developer', 'owner']).optional(),
    scopes: z.array(z.enum(SESSION_SCOPES)).min(1).max(SESSION_SCOPES.length).optional(),
    endpoints: z.array(endpointSchema).min(1).max(MAX_ENDPOINTS).optional(),
    expiresInSeconds: secondsSchema(MAX_PORTAL_SECONDS, DEFAULT_PORTAL_SECONDS),
    embedOrigin: z
      .string()
      .regex(ORIGIN, 'must be an origin such as https://app.example.com')
      .optional(),
    actor: actorSchema,
  })
  .refine(
    ({ preset, scopes }) => preset === undefined || scopes === undefined,
    'takes preset or scopes, not both',
  )
  .meta({ id: 'PortalSessionInput' });
export type PortalSessionInput = z.infer<typeof portalInputSchema>;

const revocation = z.strictObject({
  id: idOf('ses').optional().meta({ description: 'Only this one; all if it is left out.' }),
});
const NO_SESSION = 'There is no such session.';
const page = z.strictObject(pageShape((id) => isId('ses', id)));

export const createPortalSession = operation({
  id: 'createPortalSession',
  method: 'post',
  path: '/v1/portal-sessions',
  tag: 'Sessions',
  summary: 'Let somebody into the portal',
  description:
    'Made by your server for a person who is signed in there; `preset` is `viewer` unless said. The session may do no more than the key that makes it, ends no later, and is revoked with it. With `endpoints` it reads and changes those only, and sees events as they are composed for them.',
  access: 'portal:write',
  session: 'refused',
  body: portalInputSchema,
  bodyExample: { preset: 'developer', actor: 'zoe@acme.example' },
  replies: {
    201: {
      description: 'The session with its token, which is shown only this once.',
      schema: createdPortalSchema,
    },
  },
  problems: { 404: NO_ENDPOINT },
});
export const listPortalSessions = operation({
  id: 'listPortalSessions',
  method: 'get',
  path: '/v1/portal-sessions',
  tag: 'Sessions',
  summary: 'List the portal sessions that have not ended, oldest first',
  access: 'portal:write',
  session: 'refused',
  query: page,
  replies: { 200: { description: 'A page of sessions.', schema: pageSchema(portalSessionSchema) } },
});
export const revokePortalSessions = operation({
  id: 'revokePortalSessions',
  method: 'delete',
  path: '/v1/portal-sessions',
  tag: 'Sessions',
  summary: 'Revoke a portal session, or all of the tenant’s environment',
  description: 'They stop working within 3 seconds.',
  access: 'portal:write',
  session: 'refused',
  query: revocation,
  replies: { 200: { description: 'How many were revoked.', schema: revokedSchema } },
  problems: { 404: NO_SESSION },
});

export const createConsoleSession = operation({
  id: 'createConsoleSession',
  method: 'post',
  path: '/v1/console-sessions',
  tag: 'Sessions',
  summary: 'Exchange the operator’s key for a session of the console',
  description:
    'The session acts as the operator does, as far as its role goes: a viewer reads all but secrets, support also repairs what failed, an admin does everything. A session makes no other.',
  access: 'operator',
  session: 'refused',
  isBodyOptional: true,
  body: z
    .strictObject({
      role: z.enum(ROLES).default('admin'),
      expiresInSeconds: secondsSchema(MAX_CONSOLE_SECONDS, MAX_CONSOLE_SECONDS),
      actor: actorSchema,
    })
    .meta({ id: 'ConsoleSessionInput' }),
  bodyExample: { role: 'support', actor: 'sam@example.com' },
  replies: {
    201: {
      description: 'The session with its token, which is shown only this once.',
      schema: createdConsoleSchema,
    },
  },
});
export const listConsoleSessions = operation({
  id: 'listConsoleSessions',
  method: 'get',
  path: '/v1/console-sessions',
  tag: 'Sessions',
  summary: 'List the sessions of the console that have not ended, oldest first',
  access: 'operator',
  session: 'refused',
  query: page,
  replies: {
    200: { description: 'A page of sessions.', schema: pageSchema(consoleSessionSchema) },
  },
});
export const revokeConsoleSessions = operation({
  id: 'revokeConsoleSessions',
  method: 'delete',
  path: '/v1/console-sessions',
  tag: 'Sessions',
  summary: 'Revoke a session of the console, or all',
  description:
    'They stop working within 3 seconds, and with them the portal sessions that they made.',
  access: 'operator',
  session: 'refused',
  query: revocation,
  replies: { 200: { description: 'How many were revoked.', schema: revokedSchema } },
  problems: { 404: NO_SESSION },
});
export const endSession = operation({
  id: 'endSession',
  method: 'delete',
  path: '/v1/sessions/current',
  tag: 'Sessions',
  summary: 'End the session that the request is made with',
  access: 'key',
  session: 'all',
  replies: { 204: { description: 'Ended.' } },
  problems: { 409: 'The request is made with a key, not with a session.' },
});

// Sessions as the API shows them.
import * as z from 'zod';
import { ROLES } from '../../core/sessions/roles.ts';
import {
  type ConsoleSession,
  type PortalSession,
  SESSION_SCOPES,
  type Session,
} from '../../core/sessions/session.ts';
import { EXAMPLE, environmentSchema, idOf, time, timeSchema } from '../schemas.ts';

const common = (session: Session) => ({
  id: session.id,
  actor: session.actor ?? null,
  /** The key or the session that made it; the operator's key has no id. */
  madeBy: 'id' in session.maker ? session.maker.id : null,
  createdAt: time(session.createdAtMs),
  expiresAt: time(session.expiresAtMs),
});

export function portalSessionView(session: PortalSession) {
  return {
    ...common(session),
    tenant: session.tenant,
    environment: session.environment,
    scopes: session.scopes,
    endpoints: session.endpoints ?? null,
    embedOrigin: session.embedOrigin ?? null,
  };
}

export const consoleSessionView = (session: ConsoleSession) => ({
  ...common(session),
  role: session.role,
  signIn: session.maker.kind === 'oidc' ? ('oidc' as const) : ('key' as const),
  from: session.from ?? null,
});

const commonShape = {
  id: idOf('ses'),
  actor: z.string().nullable().meta({ description: 'Who uses it, as its maker says.' }),
  madeBy: z.string().nullable().meta({
    description:
      'The id of the key or session that made it, with which it ends; null for the operator’s key and for a sign-in.',
  }),
  createdAt: timeSchema,
  expiresAt: timeSchema,
};
const commonExample = {
  id: `ses_${EXAMPLE.suffix}`,
  actor: 'zoe@acme.example',
  madeBy: null,
  createdAt: EXAMPLE.time,
  expiresAt: '2026-01-31T10:30:00.000Z',
};
export const tokenExample = `ph_session.live.acme.ses_${EXAMPLE.suffix}.dN4wBkVJ0tQ5pWcYh2sXz8RmEu3fGa7LoT1iKj6vHnM`;
export const portalExample = {
  ...commonExample,
  tenant: 'acme',
  environment: 'live',
  scopes: ['events:read', 'endpoints:read', 'deliveries:read'],
  endpoints: null,
  embedOrigin: null,
};
export const consoleExample = {
  ...commonExample,
  role: 'admin',
  signIn: 'oidc',
  from: '198.51.100.7',
};

export const portalSessionSchema = z
  .strictObject({
    ...commonShape,
    tenant: z.string(),
    environment: environmentSchema,
    scopes: z.array(z.enum(SESSION_SCOPES)),
    endpoints: z.array(idOf('ep')).nullable().meta({
      description: 'The only endpoints that there are for it; null for all of the tenant’s.',
    }),
    embedOrigin: z.string().nullable().meta({
      description: 'The only origin whose page may hand the token to the portal.',
    }),
  })
  .meta({ id: 'PortalSession', example: portalExample });

export const consoleSessionSchema = z
  .strictObject({
    ...commonShape,
    role: z.enum(ROLES),
    signIn: z.enum(['key', 'oidc']).meta({
      description: 'How it was made: with the operator’s key, or by the identity provider.',
    }),
    from: z.string().nullable().meta({ description: 'The address that it was made from.' }),
  })
  .meta({ id: 'ConsoleSession', example: consoleExample });

/** What is shown only once. */
const created = {
  token: z.string().meta({ description: 'Sent as a key is: `Authorization: Bearer <token>`.' }),
  url: z.string().meta({
    description:
      'Opens the page with this session. The token is in the fragment, which no server sees.',
  }),
};
const urlOf = (page: string) => `https://hooks.example.com/${page}/#token=${tokenExample}`;

export const createdPortalSchema = z
  .strictObject({ ...portalSessionSchema.shape, ...created })
  .meta({
    id: 'CreatedPortalSession',
    example: { ...portalExample, token: tokenExample, url: urlOf('portal') },
  });
export const createdConsoleSchema = z
  .strictObject({ ...consoleSessionSchema.shape, ...created })
  .meta({
    id: 'CreatedConsoleSession',
    example: { ...consoleExample, token: tokenExample, url: urlOf('console') },
  });
export const revokedSchema = z
  .strictObject({
    revoked: z.int(),
    complete: z.boolean().meta({ description: 'False: send the request again for the others.' }),
  })
  .meta({ id: 'RevokedSessions', example: { revoked: 3, complete: true } });

// GET and POST /v1/console-sessions/oidc: people of the operator sign in by its identity provider. A page may only talk
// to its own origin, so the code that it brings back is redeemed here.
import * as z from 'zod';
import { log } from '../../adapters/log.ts';
import { defined } from '../../core/defined.ts';
import { IdentityProviderError, SignInRefusedError } from '../../core/errors.ts';
import { Problem } from '../../core/problem.ts';
import {
  type IdentityProvider,
  OIDC_SESSION_SECONDS,
  type OidcSettings,
  roleOf,
} from '../../core/sessions/oidc.ts';
import type { ConsoleSession } from '../../core/sessions/session.ts';
import type { SessionStore } from '../../core/sessions/store.ts';
import type { Settings } from '../../core/settings.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import { type AppContext, sourceOf, unauthorized } from '../../http/authentication.ts';
import { operation, type Serve } from '../../http/operation.ts';
import { newConsoleSession, originOf, pageOf } from './made.ts';
import { consoleSessionView, createdConsoleSchema } from './view.ts';

const NOT_SET = 'There is no identity provider: the setting oidc is not set.';
const AWAY = 'The identity provider cannot be reached, or is not what the setting oidc says.';

export const getSignIn = operation({
  id: 'getSignIn',
  method: 'get',
  path: '/v1/console-sessions/oidc',
  tag: 'Sessions',
  summary: 'Where people of the operator sign in to the console',
  access: 'open',
  session: 'all',
  replies: {
    200: {
      description:
        'What the page sends to the identity provider, beside `state`, `nonce` and the PKCE challenge.',
      schema: z.strictObject({
        authorizationEndpoint: z.string(),
        clientId: z.string(),
        scope: z.string(),
        redirectUri: z.string(),
      }),
      example: {
        authorizationEndpoint: 'https://login.example.com/authorize',
        clientId: 'posthorn-console',
        scope: 'openid email',
        redirectUri: 'https://hooks.example.com/console',
      },
    },
  },
  problems: { 404: NOT_SET, 503: AWAY },
});
export const signIn = operation({
  id: 'signIn',
  method: 'post',
  path: '/v1/console-sessions/oidc',
  tag: 'Sessions',
  summary: 'Sign in to the console with a code of the identity provider',
  description:
    'The code is redeemed with the PKCE verifier, the ID token is verified, and its claim is mapped to a role. The session lasts for an hour at most.',
  access: 'open',
  session: 'all',
  body: z
    .strictObject({
      code: z.string().min(1).max(4_096),
      codeVerifier: z.string().regex(/^[A-Za-z0-9._~-]{43,128}$/),
      nonce: z.string().min(16).max(200),
    })
    .meta({ id: 'SignInInput' }),
  bodyExample: {
    code: 'SplxlOBeZQQYbYS6WxSbIA',
    codeVerifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
    nonce: 'n-0S6_WzA2Mj-8f4f2c',
  },
  replies: {
    201: {
      description: 'The session with its token, which is shown only this once.',
      schema: createdConsoleSchema,
    },
  },
  problems: {
    401: 'The identity provider does not know the code, or its token does not hold.',
    403: 'The person has no role here.',
    404: NOT_SET,
    503: AWAY,
  },
});

export interface SignInPorts {
  readonly sessions: Pick<SessionStore, 'putSession'>;
  readonly identityProvider: IdentityProvider;
  readonly surroundings: Pick<Surroundings, 'now' | 'random'>;
  readonly settings: Pick<Settings, 'oidc'>;
}

export function addSignInRoutes(serve: Serve, ports: SignInPorts): void {
  const { identityProvider, sessions, surroundings, settings } = ports;

  function oidc(): OidcSettings {
    if (!settings.oidc) throw new Problem(404, NOT_SET);
    return settings.oidc;
  }
  const redirectUriOf = (c: AppContext): string => `${originOf(c)}/console`;

  serve(getSignIn, async ({ c, reply }) => {
    const { clientId, scopes } = oidc();
    const { authorizationEndpoint } = await asProblems(c, identityProvider.addresses(oidc()));
    const redirectUri = redirectUriOf(c);
    return reply(200, { authorizationEndpoint, clientId, scope: scopes.join(' '), redirectUri });
  });

  serve(signIn, async ({ c, body, reply }) => {
    const given = { ...body, redirectUri: redirectUriOf(c) };
    const person = await asProblems(c, identityProvider.redeem(oidc(), given));
    const role = roleOf(oidc(), person.values);
    if (!role)
      throw new Problem(403, 'You are signed in, but have no role here: ask the operator.');
    const { issuer } = oidc();
    const maker = { kind: 'oidc', issuer, subject: person.subject } as const;
    const made = newConsoleSession(surroundings, maker, OIDC_SESSION_SECONDS);
    const actor = person.email ?? person.subject.slice(0, 200);
    const session: ConsoleSession = defined({
      ...made.facts,
      kind: 'console' as const,
      role,
      actor,
      from: sourceOf(c),
    });
    await sessions.putSession(session);
    return reply(201, { ...consoleSessionView(session), ...pageOf(c, 'console', made.token) });
  });
}

async function asProblems<T>(c: AppContext, asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    // Codes and tokens are in none of them.
    log.warn('sign-in failed', { requestId: c.var.requestId, error: String(error) });
    if (error instanceof SignInRefusedError)
      throw unauthorized('The sign-in does not hold. Try again.');
    if (error instanceof IdentityProviderError)
      throw new Problem(503, AWAY, [], { 'Retry-After': '5' });
    throw error;
  }
}

// /v1/portal-sessions and /v1/console-sessions: who may open the portal and the console, and for how long.
import { defined } from '../../core/defined.ts';
import type { EndpointStore } from '../../core/endpoints/store.ts';
import { isId } from '../../core/identifiers.ts';
import { inParallel } from '../../core/in-parallel.ts';
import type { KeyScope } from '../../core/keys/api-key.ts';
import { Problem } from '../../core/problem.ts';
import type { Scope } from '../../core/scope.ts';
import type { Secrets } from '../../core/sealing/secrets.ts';
import {
  CONSOLE_SCOPE,
  type ConsoleSession,
  type PortalSession,
  SESSION_PRESETS,
  type Session,
  type SessionMaker,
} from '../../core/sessions/session.ts';
import type { SessionStore } from '../../core/sessions/store.ts';
import type { Settings } from '../../core/settings.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import {
  type AppContext,
  type Principal,
  scopesOfPrincipal,
  sourceOf,
} from '../../http/authentication.ts';
import { refused } from '../../http/body.ts';
import type { Serve } from '../../http/operation.ts';
import { hashOfOperator } from '../../http/session-check.ts';
import { listView } from '../listing/query.ts';
import { NO_ENDPOINT } from '../lookups.ts';
import { newSession, pageOf } from './made.ts';
import {
  createConsoleSession,
  createPortalSession,
  endSession,
  listConsoleSessions,
  listPortalSessions,
  type PortalSessionInput,
  revokeConsoleSessions,
  revokePortalSessions,
} from './operations.ts';
import { addSignInRoutes, type SignInPorts } from './sign-in.ts';
import { consoleSessionView, portalSessionView } from './view.ts';

/** So that what made a session is found in two steps at most. */
const KEY_ONLY = 'Only the operator’s key may do this, not a session.';
const PAGE = 100;
const REVOKED_AT_ONCE = 25;
/** How long one call goes on revoking. */
const REVOKING_MS = 15_000;

export interface SessionPorts extends SignInPorts {
  readonly sessions: SessionStore;
  readonly registry: Pick<EndpointStore, 'getEndpoints'>;
  readonly secrets: Pick<Secrets, 'operatorKey'>;
  readonly surroundings: Pick<Surroundings, 'now' | 'random'>;
  readonly settings: SignInPorts['settings'] & Pick<Settings, 'portal'>;
}

export function addSessionRoutes(serve: Serve, ports: SessionPorts): void {
  const { sessions, surroundings } = ports;
  addSignInRoutes(serve, ports);

  serve(createPortalSession, async ({ c, scope, body, reply }) => {
    const scopes = body.scopes ?? SESSION_PRESETS[body.preset ?? 'viewer'];
    refuseBeyond(c, scopes);
    await requireParts(ports, scope, body);
    const { facts, token } = await made(ports, c, scope, body.expiresInSeconds);
    const session: PortalSession = defined({
      ...facts,
      kind: 'portal' as const,
      scopes,
      endpoints: body.endpoints,
      embedOrigin: body.embedOrigin,
      actor: body.actor,
    });
    await sessions.putSession(session);
    return reply(201, { ...portalSessionView(session), ...pageOf(c, 'portal', token) });
  });

  serve(createConsoleSession, async ({ c, body, reply }) => {
    const { principal } = c.var;
    if (principal.kind === 'operator' && principal.session) throw new Problem(403, KEY_ONLY);
    const { facts, token } = await made(ports, c, CONSOLE_SCOPE, body.expiresInSeconds);
    const { role, actor } = body;
    const session: ConsoleSession = defined({
      ...facts,
      kind: 'console' as const,
      role,
      actor,
      from: sourceOf(c),
    });
    await sessions.putSession(session);
    return reply(201, { ...consoleSessionView(session), ...pageOf(c, 'console', token) });
  });

  const isLive = ({ expiresAtMs }: Session): boolean => surroundings.now() < expiresAtMs;

  serve(listPortalSessions, async ({ scope, query, reply }) => {
    const page = await sessions.listSessions(scope, query.limit, query.cursor);
    const entries = page.entries.filter((one) => one.kind === 'portal').filter(isLive);
    return reply(200, listView({ ...page, entries }, portalSessionView));
  });

  serve(listConsoleSessions, async ({ query, reply }) => {
    const page = await sessions.listSessions(CONSOLE_SCOPE, query.limit, query.cursor);
    const entries = page.entries.filter((one) => one.kind === 'console').filter(isLive);
    return reply(200, listView({ ...page, entries }, consoleSessionView));
  });

  serve(revokePortalSessions, async ({ scope, query, reply }) =>
    reply(200, await revoke(ports, scope, query.id)),
  );
  serve(revokeConsoleSessions, async ({ query, reply }) =>
    reply(200, await revoke(ports, CONSOLE_SCOPE, query.id)),
  );

  serve(endSession, async ({ c }) => {
    const { principal } = c.var;
    const session = principal.kind === 'tenant' ? undefined : principal.session;
    if (!session) throw new Problem(409, 'This is a key, not a session: revoke it instead.');
    await sessions.deleteSession(session);
    return c.body(null, 204);
  });
}

async function made(
  { secrets, surroundings }: SessionPorts,
  { var: { principal } }: AppContext,
  scope: Scope,
  seconds: number,
) {
  const operatorKey = await secrets.operatorKey();
  const endsAtMs = principal.kind === 'tenant' ? principal.key.expiresAtMs : endOf(principal);
  const makerOf = (id: string): SessionMaker => {
    if (principal.kind === 'tenant') {
      return { kind: 'key', id: principal.key.id, hash: principal.key.hash };
    }
    return principal.session
      ? { kind: 'session', id: principal.session.id }
      : { kind: 'operator', hash: hashOfOperator(id, operatorKey) };
  };
  return newSession(surroundings, scope, makerOf, seconds, endsAtMs);
}
const endOf = ({ session }: Exclude<Principal, { kind: 'tenant' }>) => session?.expiresAtMs;

/** @throws Problem 403 */
function refuseBeyond(c: AppContext, scopes: readonly KeyScope[]): void {
  const granted = scopesOfPrincipal(c.var.principal);
  const missing = scopes.filter((one) => !granted.includes(one));
  if (missing.length === 0) return;
  throw new Problem(403, `A session cannot have more than its maker: ${missing.join(', ')}.`);
}

/** @throws Problem 404, 422 */
async function requireParts(
  { registry, settings }: SessionPorts,
  scope: Scope,
  { endpoints = [], embedOrigin }: PortalSessionInput,
): Promise<void> {
  if (embedOrigin !== undefined && !settings.portal.origins.includes(embedOrigin)) {
    throw refused([{ path: '/embedOrigin', message: 'is not in the setting portal.origins' }]);
  }
  const found = await registry.getEndpoints(endpoints.map((id) => ({ ...scope, id })));
  const isLive = (id: string): boolean => {
    const endpoint = found.get(id);
    return endpoint !== undefined && endpoint.deletedAtMs === undefined;
  };
  if (!endpoints.every(isLive)) throw new Problem(404, NO_ENDPOINT);
}

/** @throws Problem 404 */
async function revoke({ sessions, surroundings }: SessionPorts, scope: Scope, id?: string) {
  if (id !== undefined) {
    const found = isId('ses', id) ? await sessions.findSession({ ...scope, id }) : undefined;
    if (!found) throw new Problem(404, 'There is no such session.');
    await sessions.deleteSession(found);
    return { revoked: 1, complete: true };
  }
  const endMs = surroundings.now() + REVOKING_MS;
  let revoked = 0;
  for (;;) {
    const page = await sessions.listSessions(scope, PAGE);
    await inParallel(page.entries, REVOKED_AT_ONCE, (one) => sessions.deleteSession(one));
    revoked += page.entries.length;
    if (page.next === undefined) return { revoked, complete: true };
    if (surroundings.now() > endMs) return { revoked, complete: false };
  }
}

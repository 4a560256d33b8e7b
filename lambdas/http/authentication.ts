// Who is asking: the operator, a tenant's key with its scopes, or a session of either. Checked before any body is read.
import type { Context as LambdaContext } from 'aws-lambda';
import type { Context, MiddlewareHandler } from 'hono';
import { log } from '../adapters/log.ts';
import {
  type ApiKey,
  grantedScopes,
  hashOfKey,
  hourOf,
  isSameKey,
  isUsable,
  KEY_SCOPES,
  type KeyScope,
} from '../core/keys/api-key.ts';
import type { KeyLookup } from '../core/keys/store.ts';
import { Problem } from '../core/problem.ts';
import { Recent } from '../core/recent.ts';
import {
  ENVIRONMENTS,
  type Environment,
  OPERATOR_TENANT,
  type Scope,
  TENANT_ID,
} from '../core/scope.ts';
import type { Secrets } from '../core/sealing/secrets.ts';
import { ROLE_GRANTS } from '../core/sessions/roles.ts';
import {
  type ConsoleSession,
  isSessionToken,
  type PortalSession,
} from '../core/sessions/session.ts';
import type { SessionLookup } from '../core/sessions/store.ts';
import type { Surroundings } from '../core/surroundings.ts';
import type { TenantStore } from '../core/tenants/store.ts';
import { createSessionCheck } from './session-check.ts';

export type Principal =
  | { readonly kind: 'operator'; readonly session?: ConsoleSession }
  | { readonly kind: 'tenant'; readonly key: ApiKey }
  | { readonly kind: 'portal'; readonly session: PortalSession };

/** What every route finds in its context. */
export interface AppEnvironment {
  Variables: { requestId: string; principal: Principal };
  Bindings: {
    readonly lambdaContext?: LambdaContext | undefined;
    readonly requestContext?: { readonly http?: { readonly sourceIp?: string } };
  };
}
export type AppContext = Context<AppEnvironment>;

/** Refuses callers that ask too often, by throwing Problem 429: see edge.ts. */
export interface AuthenticationGate {
  /** Before a key is looked up that is neither the operator's nor one that was valid here. */
  beforeLookup(c: AppContext): void;
  /** The key is not known, or may not be used any more. */
  failed(c: AppContext): void;
  /** @param id the key's, or the session's */
  admitted(c: AppContext, id: string): void;
}

export interface AuthenticationPorts {
  readonly registry: KeyLookup & Pick<TenantStore, 'getTenant'>;
  readonly sessions: SessionLookup;
  readonly secrets: Pick<Secrets, 'operatorKey'>;
  readonly surroundings: Surroundings;
  readonly gate?: AuthenticationGate;
}

/** A revoked key or session stops working, and a deleted tenant is unknown, after this long at the latest. */
const KEPT_MS = 3_000;
const MAX_KEPT = 10_000;
const MAX_KEY_LENGTH = 512;
/** A request waits no longer for the note of its key's use. */
const NOTED_WITHIN_MS = 250;

const NAMES_TENANT = 'A tenant’s key already identifies the tenant: do not name one.';
export const NOT_USABLE = 'This key is not known, has expired or was revoked.';
export const SESSION_OVER = 'This session is not known, has ended or was revoked.';
export const TENANT_HEADER = 'Posthorn-Tenant';
export const ENVIRONMENT_HEADER = 'Posthorn-Environment';

export function createAuthentication({
  registry,
  sessions,
  secrets,
  surroundings,
  gate,
}: AuthenticationPorts) {
  const keys = new Recent<ApiKey>({ maxEntries: MAX_KEPT, keptMs: KEPT_MS });
  const tenants = new Recent<true>({ maxEntries: MAX_KEPT, keptMs: KEPT_MS });
  const sessionCheck = createSessionCheck({
    sessions,
    findKey,
    operatorKey: () => secrets.operatorKey(),
    now: () => surroundings.now(),
    maxKept: MAX_KEPT,
    keptMs: KEPT_MS,
  });
  /** The hour in which this instance noted a key's use last. */
  const noted = new Recent<number>({ maxEntries: MAX_KEPT });

  async function findKey(hash: string): Promise<ApiKey | undefined> {
    const nowMs = surroundings.now();
    const known = keys.get(hash, nowMs);
    if (known) return known;
    const key = await registry.findKey(hash);
    if (key) keys.set(hash, key, nowMs);
    return key;
  }

  /** Runs beside the request, which does not fail with it. */
  async function noteUse(key: ApiKey): Promise<void> {
    const nowMs = surroundings.now();
    const hour = hourOf(nowMs);
    if (noted.get(key.id, nowMs) === hour) return;
    noted.set(key.id, hour, nowMs);
    try {
      await registry.noteKeyUse(key, hour);
    } catch (error) {
      noted.delete(key.id);
      log.warn('use of a key not noted', { keyId: key.id, error: String(error) });
    }
  }

  async function identify(c: AppContext): Promise<Principal> {
    const token = bearerOf(c);
    if (token === undefined) {
      if (c.req.header('Authorization')) gate?.failed(c);
      throw unauthorized('Send the key as "Authorization: Bearer <key>".');
    }
    if (isSameKey(token, await secrets.operatorKey())) return { kind: 'operator' };
    if (isSessionToken(token)) return identifySession(c, token);
    const hash = hashOfKey(token);
    // One that was valid here is worth a read, whoever else guesses behind the same address.
    if (!keys.latest(hash)) gate?.beforeLookup(c);
    const key = await findKey(hash);
    // A tenant that is being deleted may have keys that are not revoked yet.
    if (!key || !isUsable(key, surroundings.now()) || !(await isTenant(key.tenant))) {
      keys.delete(hash);
      gate?.failed(c);
      throw unauthorized(NOT_USABLE);
    }
    gate?.admitted(c, key.id);
    return { kind: 'tenant', key };
  }

  async function identifySession(c: AppContext, token: string): Promise<Principal> {
    if (!sessionCheck.wasKnown(token)) gate?.beforeLookup(c);
    const session = await sessionCheck.find(token);
    const isUsed = session?.kind === 'console' || (session && (await isTenant(session.tenant)));
    if (!session || !isUsed) {
      gate?.failed(c);
      throw unauthorized(SESSION_OVER);
    }
    gate?.admitted(c, session.id);
    return session.kind === 'console' ? { kind: 'operator', session } : { kind: 'portal', session };
  }

  /** Works for whoever asks. @throws Problem 401, 429 */
  async function authenticated<T>(c: AppContext, work: () => Promise<T>): Promise<T> {
    const principal = await identify(c);
    c.set('principal', principal);
    const noting = principal.kind === 'tenant' ? noteUse(principal.key) : undefined;
    try {
      return await work();
    } finally {
      // Lambda freezes what still runs when the request has ended.
      if (noting) await within(noting, NOTED_WITHIN_MS);
    }
  }

  const authenticate: MiddlewareHandler<AppEnvironment> = (c, next) => authenticated(c, next);

  async function isTenant(id: string): Promise<boolean> {
    const nowMs = surroundings.now();
    if (id === OPERATOR_TENANT || tenants.get(id, nowMs)) return true;
    const tenant = TENANT_ID.test(id) ? await registry.getTenant(id) : undefined;
    if (!tenant || tenant.deletedAtMs !== undefined) return false;
    tenants.set(id, true, nowMs);
    return true;
  }

  /**
   * The tenant and environment that a request is about.
   * @param named the tenant that the request's body names, if it may name one
   */
  async function scopeOf(c: AppContext, named?: string): Promise<Scope> {
    const principal = c.var.principal;
    const inHeader = c.req.header(TENANT_HEADER);
    const environment = environmentOf(c);
    if (principal.kind !== 'operator') {
      const own = ownScopeOf(principal);
      if (named !== undefined || inHeader !== undefined) {
        throw new Problem(403, NAMES_TENANT);
      }
      if (environment !== undefined && environment !== own.environment) {
        throw new Problem(403, `This is a key of the ${own.environment} environment.`);
      }
      return own;
    }
    if (named !== undefined && inHeader !== undefined && named !== inHeader) {
      throw new Problem(422, `${TENANT_HEADER} and the body name different tenants.`, [
        { path: '/tenant', message: `differs from ${TENANT_HEADER}` },
      ]);
    }
    const tenant = named ?? inHeader;
    if (tenant === undefined) {
      throw new Problem(422, `The operator must name the tenant with ${TENANT_HEADER}.`, [
        { path: TENANT_HEADER, message: 'is missing' },
      ]);
    }
    if (!(await isTenant(tenant))) {
      throw new Problem(404, 'There is no such tenant: create it with PUT /v1/tenants/{id}.', [
        { path: 'tenant', message: 'is not known' },
      ]);
    }
    return { tenant, environment: environment ?? 'live' };
  }

  return { authenticate, authenticated, scopeOf };
}
export type Authentication = ReturnType<typeof createAuthentication>;

/** The key or the session's token that a request is made with, whatever it is worth. */
export function bearerOf(c: AppContext): string | undefined {
  const token = /^Bearer +([\x21-\x7e]+) *$/i.exec(c.req.header('Authorization') ?? '')?.[1];
  return token !== undefined && token.length <= MAX_KEY_LENGTH ? token : undefined;
}

/** The caller's address, as API Gateway saw it. */
export const sourceOf = (c: AppContext): string | undefined =>
  c.env?.requestContext?.http?.sourceIp;

/**
 * Whose things an operation with an `ownScope` is about: a tenant's key means its own.
 * @param named what the operator names, or leaves out for the stack
 * @throws Problem 403
 */
export function ownerOf(
  { var: { principal } }: AppContext,
  { tenant, environment }: { readonly [N in keyof Scope]?: Scope[N] | undefined },
): Scope {
  if (principal.kind === 'operator') {
    return { tenant: tenant ?? OPERATOR_TENANT, environment: environment ?? 'live' };
  }
  const own = ownScopeOf(principal);
  if (tenant !== undefined || (environment ?? own.environment) !== own.environment) {
    throw new Problem(403, NAMES_TENANT);
  }
  return own;
}

function ownScopeOf(principal: Exclude<Principal, { kind: 'operator' }>): Scope {
  const { tenant, environment } = principal.kind === 'tenant' ? principal.key : principal.session;
  return { tenant, environment };
}

async function within(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, over]).finally(() => clearTimeout(timer));
}

/** The operator's key has all scopes. */
export function scopesOfPrincipal(principal: Principal): readonly KeyScope[] {
  switch (principal.kind) {
    case 'operator':
      return principal.session ? ROLE_GRANTS[principal.session.role].scopes : KEY_SCOPES;
    case 'tenant':
      return grantedScopes(principal.key);
    case 'portal':
      return principal.session.scopes;
    default:
      return principal satisfies never;
  }
}

export function isAllowed({ var: { principal } }: AppContext, scope: KeyScope): boolean {
  return scopesOfPrincipal(principal).includes(scope);
}

/** What a role may do is said by operations, and asked for before. @throws Problem 403 unless the key may do this */
export function requireScope(c: AppContext, scope: KeyScope): void {
  if (c.var.principal.kind !== 'operator' && !isAllowed(c, scope))
    throw new Problem(403, `This key lacks the scope ${scope}.`);
}

/**
 * @param ownScope with which a tenant's key may do it too, about its own
 * @throws Problem 403 for a tenant's key
 */
export function requireOperator(c: AppContext, ownScope?: KeyScope): void {
  if (c.var.principal.kind === 'operator') return;
  if (ownScope === undefined) throw new Problem(403, 'Only the operator may do this.');
  requireScope(c, ownScope);
}

/** @throws Problem 422 */
export function environmentOf(c: AppContext): Environment | undefined {
  const value = c.req.header(ENVIRONMENT_HEADER);
  if (value === undefined) return undefined;
  const known = ENVIRONMENTS.find((environment) => environment === value);
  if (!known) {
    throw new Problem(422, `${ENVIRONMENT_HEADER} must be live or test.`, [
      { path: ENVIRONMENT_HEADER, message: 'must be live or test' },
    ]);
  }
  return known;
}

export function unauthorized(detail: string): Problem {
  return new Problem(401, detail, [], { 'WWW-Authenticate': 'Bearer realm="posthorn"' });
}

// Sessions of the portal and of the console: a random token, kept as a hash, that may do what its maker may or less,
// and ends with it.
import type { KeyScope } from '../keys/api-key.ts';
import { hashOfKey, READING_SCOPES } from '../keys/api-key.ts';
import { ENVIRONMENTS, type Environment, type Scope } from '../scope.ts';
import type { Role } from './roles.ts';

export const MIN_SESSION_SECONDS = 300;
export const MAX_PORTAL_SECONDS = 86_400;
export const MAX_CONSOLE_SECONDS = 28_800;
/** Random bytes in a token. */
export const TOKEN_BYTES = 32;

/** No tenant can have this name: the console's sessions belong to the stack. */
export const CONSOLE_SCOPE: Scope = { tenant: '*', environment: 'live' };

/** What a portal's session may have: it posts no events, and makes neither keys nor further sessions. */
export const SESSION_SCOPES = [
  'events:read',
  'endpoints:read',
  'endpoints:write',
  'secrets:read',
  'secrets:write',
  'deliveries:read',
  'deliveries:write',
] as const satisfies readonly KeyScope[];
export type SessionScope = (typeof SESSION_SCOPES)[number];

export const SESSION_PRESETS = {
  viewer: READING_SCOPES,
  developer: [...READING_SCOPES, 'endpoints:write', 'deliveries:write'],
  owner: SESSION_SCOPES,
} as const satisfies Record<string, readonly SessionScope[]>;

/** Who made a session: while it may not be used, the session may not either. */
export type SessionMaker =
  | { readonly kind: 'operator' /** Of the operator's key. */; readonly hash: string }
  | { readonly kind: 'key'; readonly id: string; readonly hash: string }
  | { readonly kind: 'session'; readonly id: string }
  /** Whom the identity provider signed in. */
  | { readonly kind: 'oidc'; readonly issuer: string; readonly subject: string };

interface SessionFacts extends Scope {
  readonly id: string;
  readonly maker: SessionMaker;
  /** SHA-256 of the token, hex: the token itself is not kept. */
  readonly hash: string;
  /** Who uses it, as its maker says. */
  readonly actor?: string;
  readonly createdAtMs: number;
  readonly expiresAtMs: number;
}

/** Of a tenant's customers. */
export interface PortalSession extends SessionFacts {
  readonly kind: 'portal';
  readonly scopes: readonly SessionScope[];
  /** The only endpoints that there are for it; all of the tenant's if left out. */
  readonly endpoints?: readonly string[];
  /** The only origin whose page may hand the token to the portal. */
  readonly embedOrigin?: string;
}

/** Of the operator's people. */
export interface ConsoleSession extends SessionFacts {
  readonly kind: 'console';
  readonly role: Role;
  /** The address that it was made from. */
  readonly from?: string;
}

export type Session = PortalSession | ConsoleSession;

export interface SessionPlace extends Scope {
  readonly id: string;
}

const TOKEN_PREFIX = 'ph_session.';
const TOKEN =
  /^ph_session\.(?<environment>live|test)\.(?<tenant>[A-Za-z0-9_-]{1,64}|\*)\.(?<id>ses_[0-9a-z]{26})\.[A-Za-z0-9_-]{43}$/;

/** It says where the session is kept, so that one read finds it. @param random 32 random bytes */
export function createToken({ environment, tenant, id }: SessionPlace, random: Uint8Array): string {
  return `${TOKEN_PREFIX}${environment}.${tenant}.${id}.${Buffer.from(random).toString('base64url')}`;
}

export const isSessionToken = (token: string): boolean => token.startsWith(TOKEN_PREFIX);

export function placeOfToken(token: string): SessionPlace | undefined {
  const { environment, tenant = '', id = '' } = TOKEN.exec(token)?.groups ?? {};
  const known = ENVIRONMENTS.find((one): one is Environment => one === environment);
  return known && { environment: known, tenant, id };
}

export const isTokenOf = (session: Session, token: string): boolean =>
  session.hash === hashOfKey(token);

// Who is signed in: the operator, or a session of a tenant. What it may do decides which buttons are there; the API
// decides whether they work.
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { Api } from '../base/api.ts';
import type { CurrentKey } from '../base/models.ts';

/** Of a console's session: what it may do. */
type Role = 'viewer' | 'support' | 'admin';

export interface Who {
  readonly isOperator: boolean;
  /** Undefined with a key. */
  readonly role: Role | undefined;
  readonly actor: string | null;
  readonly tenant?: string | null;
  readonly environment: 'live' | 'test' | null;
  readonly scopes: readonly string[];
  readonly endsAt: string | null;
  /** The only origin whose page may embed this session. */
  readonly embedOrigin: string | null;
  /** None with a key. */
  readonly session?: Session | null | undefined;
}

const NOBODY: Who = {
  isOperator: false,
  role: undefined,
  actor: null,
  environment: null,
  scopes: [],
  endsAt: null,
  embedOrigin: null,
};
const WhoContext = createContext<Who>(NOBODY);
export const WhoProvider = WhoContext.Provider;
export const useWho = (): Who => useContext(WhoContext);

/** What support repairs: deliveries, not settings. */
const OF_SUPPORT = ['deliveries:write'];

/** Whether there is a button for it. The API has the last word. */
export function useMay(scope: string): boolean {
  const { isOperator, role, scopes } = useWho();
  if (IS_PORTAL || !isOperator) return scopes.includes(scope);
  if (role === 'viewer') return false;
  return role !== 'support' || OF_SUPPORT.includes(scope);
}

/** As people call whoever a session is of. */
export function nameOf({ actor, isOperator, role, tenant, environment }: Who): string {
  const person =
    actor ??
    (!IS_PORTAL && isOperator && role !== 'viewer' && role !== 'support' ? 'Operator' : '');
  return [person, role, tenant, environment].filter(Boolean).join(', ');
}

interface Session {
  readonly id: string;
  readonly expiresAt: string;
  readonly actor: string | null;
  readonly role?: Role;
  readonly signIn?: 'key' | 'oidc';
  readonly embedOrigin?: string | null;
}
type Current = CurrentKey & { readonly session?: Session | null };

/** @param given a token in the place of this tab's */
export async function whoIs(given?: string): Promise<Who> {
  const api = new Api({ tenant: undefined, environment: 'live' }, given);
  const { kind, tenant, environment, scopes, key, session } =
    await api.get<Current>('/v1/keys/current');
  return {
    isOperator: kind === 'operator',
    role: session?.role,
    actor: session?.actor ?? null,
    tenant,
    environment,
    scopes,
    endsAt: session?.expiresAt ?? key?.expiresAt ?? null,
    embedOrigin: session?.embedOrigin ?? null,
    session,
  };
}

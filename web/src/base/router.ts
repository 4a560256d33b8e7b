// Where the page is: the fragment, so that the same files serve every screen and no server sees an id.
// Of the console `#/<tenant>/<environment>/endpoints/ep_...?state=failing`; of the portal without the first two.
import { useEffect, useState } from 'preact/hooks';
import type { Environment } from './models.ts';

declare global {
  /** Whose script this is, put in when it is built: what only the console shows is left out of the portal's. */
  const IS_PORTAL: boolean;
}

/** In the place of a tenant: all of them. */
export const ALL_TENANTS = '~';

export interface Scope {
  /** Undefined for all tenants, and in the portal, whose session knows. */
  readonly tenant: string | undefined;
  readonly environment: Environment;
}

export interface Route {
  readonly scope: Scope;
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

export function routeOf(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split(/\?(.*)/s);
  const parts = path.split('/').filter(Boolean).map(decoded);
  // In the portal a session says whose page it is.
  if (IS_PORTAL)
    return {
      scope: { tenant: undefined, environment: 'live' },
      path: parts,
      query: new URLSearchParams(query),
    };
  const [tenant = ALL_TENANTS, environment, ...rest] = parts;
  return {
    scope: {
      tenant: tenant === ALL_TENANTS ? undefined : tenant,
      environment: environment === 'test' ? 'test' : 'live',
    },
    path: rest,
    query: new URLSearchParams(query),
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

type Query = Readonly<Record<string, string | undefined>>;

/** The address of a screen, in the scope of this page unless another is given. */
export function href(path: readonly string[], query: Query = {}, scope?: Partial<Scope>): string {
  const prefix = IS_PORTAL ? [] : prefixOf(scope);
  const wanted = Object.entries(query).filter((entry): entry is [string, string] => !!entry[1]);
  const search = wanted.length === 0 ? '' : `?${new URLSearchParams(wanted)}`;
  return `#/${[...prefix, ...path].map(encodeURIComponent).join('/')}${search}`;
}

function prefixOf(scope?: Partial<Scope>): string[] {
  const here = routeOf(location.hash).scope;
  const tenant = scope && 'tenant' in scope ? scope.tenant : here.tenant;
  return [tenant ?? ALL_TENANTS, scope?.environment ?? here.environment];
}

export function go(address: string): void {
  location.hash = address;
}

/** Changes filters in the address without a further entry in the history. */
export function setQuery(changes: Query): void {
  const { path, query } = routeOf(location.hash);
  const all = { ...Object.fromEntries(query), ...changes };
  history.replaceState(null, '', href(path, all));
  dispatchEvent(new HashChangeEvent('hashchange'));
}

export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const changed = () => setHash(location.hash);
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return routeOf(hash);
}

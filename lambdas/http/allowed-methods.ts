// Which methods a path takes: a known path with another method is answered with 405 and `Allow`, also
// where a wider route (`/v1/events/{id}`) would take the method.

export interface ServedRoute {
  readonly method: string;
  /** As Hono writes it: `/v1/events/:id`. */
  readonly path: string;
}

/** The methods of the path's most exact route; undefined for an unknown path. */
export type AllowedMethods = (path: string) => readonly string[] | undefined;

export function createAllowedMethods(routes: readonly ServedRoute[]): AllowedMethods {
  const methods = new Map<string, Set<string>>();
  for (const { method, path } of routes) {
    if (method === 'ALL') continue;
    const found = methods.get(path) ?? new Set();
    methods.set(path, found.add(method));
    // A GET route answers HEAD too.
    if (method === 'GET') found.add('HEAD');
  }
  const wide = [...methods]
    .filter(([path]) => path.includes(':'))
    .map(([path, allowed]) => ({ segments: path.split('/'), allowed: [...allowed] }))
    .sort((a, b) => wideness(a.segments) - wideness(b.segments));
  return (path) => {
    const plain = path.replace(/\/$/, '');
    const exact = methods.get(plain);
    if (exact) return [...exact];
    const given = plain.split('/');
    return wide.find(({ segments }) => covers(segments, given))?.allowed;
  };
}

const wideness = (segments: readonly string[]): number =>
  segments.filter((segment) => segment.startsWith(':')).length;

function covers(segments: readonly string[], given: readonly string[]): boolean {
  return (
    segments.length === given.length &&
    segments.every((segment, index) =>
      segment.startsWith(':') ? given[index] !== '' : segment === given[index],
    )
  );
}

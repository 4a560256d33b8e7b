// Which route of the template's HTTP API a request takes, by API Gateway's rules: an exact path before
// a path parameter, that before a greedy one, `$default` last; a method before ANY.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html

export interface Route<Target> {
  /** `POST /v1/events`, `ANY /{proxy+}` or `$default`. */
  routeKey: string;
  target: Target;
}

interface RouteMatch<Target> {
  route: Route<Target>;
  pathParameters: Record<string, string>;
}

export function matchRoute<Target>(
  routes: readonly Route<Target>[],
  method: string,
  path: string,
): RouteMatch<Target> | undefined {
  let best: { match: RouteMatch<Target>; rank: string } | undefined;
  for (const route of routes) {
    const found = rankOf(route.routeKey, method, path);
    if (found === undefined || (best !== undefined && best.rank >= found.rank)) continue;
    best = { match: { route, pathParameters: found.pathParameters }, rank: found.rank };
  }
  return best?.match;
}

/** The rank is text that sorts: one digit for each segment, then one for the method. */
function rankOf(routeKey: string, method: string, path: string) {
  if (routeKey === '$default') return { rank: '', pathParameters: {} };
  const [routeMethod, routePath = '/'] = routeKey.split(' ');
  if (routeMethod !== 'ANY' && routeMethod !== method) return undefined;
  const wanted = segmentsOf(routePath);
  const given = segmentsOf(path);
  const pathParameters: Record<string, string> = {};
  let rank = '';
  for (const [index, segment] of wanted.entries()) {
    const greedy = /^\{(.+)\+\}$/.exec(segment)?.[1];
    if (greedy !== undefined) {
      const rest = given.slice(index).join('/');
      if (rest === '') return undefined;
      pathParameters[greedy] = rest;
      return { rank: `${rank}1${routeMethod === 'ANY' ? 0 : 1}`, pathParameters };
    }
    const value = given[index];
    const parameter = /^\{(.+)\}$/.exec(segment)?.[1];
    if (value === undefined || (parameter !== undefined && value === '')) return undefined;
    if (parameter !== undefined) pathParameters[parameter] = value;
    else if (segment !== value) return undefined;
    rank += parameter === undefined ? '3' : '2';
  }
  if (given.length !== wanted.length) return undefined;
  return { rank: `${rank}${routeMethod === 'ANY' ? 0 : 1}`, pathParameters };
}

function segmentsOf(path: string): string[] {
  // Exactly: a slash at the end is a further segment, and `/v1/events/` another path than `/v1/events`.
  return path.replace(/^\//, '').split('/');
}

// What both HTTP functions share: request ids, security headers, and one form for every error.
import { Hono } from 'hono';
import { log } from '../adapters/log.ts';
import { Problem, UNKNOWN_END } from '../core/problem.ts';
import { type AllowedMethods, createAllowedMethods, type ServedRoute } from './allowed-methods.ts';
import type { AppContext, AppEnvironment } from './authentication.ts';
import type { Edge } from './edge.ts';
import { setSecurityHeaders } from './security-headers.ts';

export type Application = Hono<AppEnvironment>;

/**
 * @param elsewhere routes on this one's paths that another function serves
 * @param edge runs before all routes: see edge.ts
 */
export function createApplication(
  elsewhere: readonly ServedRoute[] = [],
  edge?: Pick<Edge, 'middleware'>,
): Application {
  const app: Application = new Hono({ strict: false });
  let allowedMethods: AllowedMethods | undefined;
  app.use(async (c, next) => {
    c.set('requestId', c.env?.lambdaContext?.awsRequestId ?? 'local');
    await next();
    c.res.headers.set('Posthorn-Request-Id', c.var.requestId);
    setSecurityHeaders(c);
  });
  if (edge) app.use(...edge.middleware);
  // After the edge: a preflight is no method of the path.
  app.use(async (c, next) => {
    // All routes are there by the first request.
    allowedMethods ??= createAllowedMethods([...app.routes, ...elsewhere]);
    const allowed = allowedMethods(c.req.path);
    if (allowed && !allowed.includes(c.req.method)) return answer(c, methodProblem(allowed));
    return next();
  });
  app.notFound((c) => answer(c, new Problem(404, 'There is nothing at this path.')));
  app.onError((error, c) => {
    if (error instanceof Problem) return answer(c, error);
    log.error('request failed', error, {
      requestId: c.var.requestId,
      method: c.req.method,
      path: c.req.routePath,
    });
    return answer(c, new Problem(500, UNKNOWN_END));
  });
  return app;
}

function methodProblem(allowed: readonly string[]): Problem {
  const list = allowed.join(', ');
  return new Problem(405, `This path supports ${list}.`, [], { Allow: list });
}

function answer(c: AppContext, problem: Problem): Response {
  return c.body(JSON.stringify(problem.toDocument(c.var.requestId)), problem.status, {
    ...problem.headers,
    'Content-Type': 'application/problem+json',
  });
}

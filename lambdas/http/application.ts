// What both HTTP functions share: request ids, security headers, and one form for every error.
import { Hono } from 'hono';
import { log } from '../adapters/log.ts';
import { Problem } from '../core/problem.ts';
import type { AppContext, AppEnvironment } from './authentication.ts';

export type Application = Hono<AppEnvironment>;

export function createApplication(): Application {
  const app: Application = new Hono({ strict: false });
  app.use(async (c, next) => {
    c.set('requestId', c.env?.lambdaContext?.awsRequestId ?? 'local');
    await next();
    c.header('Posthorn-Request-Id', c.var.requestId);
    c.header('X-Content-Type-Options', 'nosniff');
    c.header('Cache-Control', c.res.headers.get('Cache-Control') ?? 'no-store');
  });
  app.notFound((c) => answer(c, new Problem(404, 'There is nothing at this path and method.')));
  app.onError((error, c) => {
    if (error instanceof Problem) return answer(c, error);
    log.error('request failed', error, {
      requestId: c.var.requestId,
      method: c.req.method,
      path: c.req.routePath,
    });
    return answer(c, new Problem(500, 'Something went wrong on our side. Nothing was accepted.'));
  });
  return app;
}

function answer(c: AppContext, problem: Problem): Response {
  return c.body(JSON.stringify(problem.toDocument(c.var.requestId)), problem.status, {
    ...problem.headers,
    'Content-Type': 'application/problem+json',
  });
}

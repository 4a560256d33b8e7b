// Counts what ingest refuses, by whose fault it is: the caller's, too much of it, or ours.
import type { MiddlewareHandler } from 'hono';
import { metrics } from '../adapters/metrics.ts';
import type { AppEnvironment } from '../http/authentication.ts';

/** @param status of the answer, or of an event's own problem within a batch */
export function countRefusal(status: number): void {
  if (status === 429) metrics.count('EventsRefused429');
  else if (status >= 500) metrics.count('EventsRefused5xx');
  else if (status >= 400) metrics.count('EventsRefused4xx');
}

/** A refused request counts once, however many events it holds. */
export const countRefusedRequests: MiddlewareHandler<AppEnvironment> = async (c, next) => {
  await next();
  countRefusal(c.res.status);
};

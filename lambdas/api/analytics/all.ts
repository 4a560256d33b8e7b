// What is counted, and what is advised from it.
import type { Authentication } from '../../http/authentication.ts';
import type { Serve } from '../../http/operation.ts';
import { addEndpointAnalyticsRoutes } from './recommendations.ts';
import { addAnalyticsRoutes } from './routes.ts';
import { addSummaryRoute } from './summary.ts';

type AllPorts = Parameters<typeof addAnalyticsRoutes>[1] &
  Parameters<typeof addSummaryRoute>[2] &
  Parameters<typeof addEndpointAnalyticsRoutes>[1];

export function addAllAnalytics(
  serve: Serve,
  authentication: Pick<Authentication, 'scopeOf'>,
  ports: AllPorts,
): void {
  addAnalyticsRoutes(serve, ports);
  addSummaryRoute(serve, authentication, ports);
  addEndpointAnalyticsRoutes(serve, ports);
}

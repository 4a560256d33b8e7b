// What shapes and routes events: filters and transformations are tested, and a tenant’s routing rules kept.
import type { Serve } from '../../http/operation.ts';
import { addFilterTestRoute } from '../subscriptions/filter-test.ts';
import { addRoutingRoutes } from '../subscriptions/routing-rules.ts';
import { addTransformTestRoute } from './test.ts';

type ShapingPorts = Parameters<typeof addFilterTestRoute>[1] &
  Parameters<typeof addRoutingRoutes>[1] &
  Parameters<typeof addTransformTestRoute>[1];

export function addShapingRoutes(serve: Serve, ports: ShapingPorts): void {
  addFilterTestRoute(serve, ports);
  addRoutingRoutes(serve, ports);
  addTransformTestRoute(serve, ports);
}

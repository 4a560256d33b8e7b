// What shapes and routes events: filters and transformations are tested, and a tenant’s routing rules kept.
import type { Serve } from '../../http/operation.ts';
import { addFilterTestRoute } from '../subscriptions/filter-test.ts';
import { addTransformTestRoute } from './test.ts';

type ShapingPorts = Parameters<typeof addFilterTestRoute>[1] &
  Parameters<typeof addTransformTestRoute>[1];

export function addShapingRoutes(serve: Serve, ports: ShapingPorts): void {
  addFilterTestRoute(serve, ports);
  addTransformTestRoute(serve, ports);
}

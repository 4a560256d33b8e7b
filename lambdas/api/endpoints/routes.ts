import { optimistically } from '../../core/optimistic.ts';
import { addressOf } from '../../core/scope.ts';
import type { Serve } from '../../http/operation.ts';
import { overtaken, requireMatch, tagged } from '../entity-tag.ts';
import { listView } from '../listing/query.ts';
import { requireLiveEndpoint } from '../lookups.ts';
import { addBulkRoutes } from './bulk/routes.ts';
import { addEndpointChangeRoute } from './change-route.ts';
import { createEndpointCreator, type EndpointPorts } from './creation.ts';
import { createEndpoint, deleteEndpoint, getEndpoint, listEndpoints } from './operations.ts';
import { addEndpointSecretRoutes } from './secrets.ts';
import { healthOf } from './standing.ts';
import { addVerificationRoute } from './verification.ts';
import { endpointView } from './view.ts';

/** How often a deletion is tried again when the endpoint was changed in the meantime. */
const ROUNDS = 3;

export function addEndpointRoutes(serve: Serve, ports: EndpointPorts): void {
  const { registry, surroundings } = ports;
  const create = createEndpointCreator(ports);

  serve(createEndpoint, async ({ c, scope, body, reply }) => {
    const { endpoint, health } = await create(c, scope, body);
    return reply(201, endpointView(endpoint, health, ports.defaults), tagged(endpoint));
  });

  serve(listEndpoints, async ({ scope, query, reply }) => {
    const page = await registry.listEndpoints(scope, query.limit, query.cursor);
    const health = await healthOf(ports.health, page.entries);
    return reply(
      200,
      listView(page, (endpoint) => endpointView(endpoint, health(endpoint.id), ports.defaults)),
    );
  });

  serve(getEndpoint, async ({ scope, params, reply }) => {
    const endpoint = await requireLiveEndpoint(registry, scope, params.id);
    const { health } = await ports.health.getHealth(addressOf(endpoint));
    return reply(200, endpointView(endpoint, health, ports.defaults), tagged(endpoint));
  });

  addBulkRoutes(serve, ports);
  addEndpointSecretRoutes(serve, ports);
  addEndpointChangeRoute(serve, ports);
  addVerificationRoute(serve, ports);

  serve(deleteEndpoint, async ({ c, scope, params }) => {
    const isDeleted = await optimistically(ROUNDS, async () => {
      const endpoint = await requireLiveEndpoint(registry, scope, params.id);
      requireMatch(c, tagged(endpoint));
      const deleted = { ...endpoint, deletedAtMs: surroundings.now() };
      return (await registry.replaceEndpoint(endpoint, deleted)) || undefined;
    });
    if (!isDeleted) throw overtaken(c);
    return c.body(null, 204);
  });
}

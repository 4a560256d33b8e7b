import { defined } from '../../core/defined.ts';
import { optimistically } from '../../core/optimistic.ts';
import { addressOf, type Scope } from '../../core/scope.ts';
import { endpointsOf } from '../../http/admission.ts';
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

interface Place {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export function addEndpointRoutes(serve: Serve, ports: EndpointPorts): void {
  const { registry, surroundings } = ports;
  const create = createEndpointCreator(ports);

  serve(createEndpoint, async ({ c, scope, body, reply }) => {
    const { endpoint, health } = await create(c, scope, body);
    return reply(201, endpointView(endpoint, health, ports.defaults), tagged(endpoint));
  });

  /** @param ids of a session for certain endpoints: of the others not even a cursor tells */
  async function listSeen(scope: Scope, ids: readonly string[], { limit, cursor = '' }: Place) {
    const found = await registry.getEndpoints(ids.map((id) => ({ ...scope, id })));
    const live = [...found.values()]
      .filter(({ id, deletedAtMs }) => deletedAtMs === undefined && id > cursor)
      .toSorted((a, b) => (a.id < b.id ? -1 : 1));
    const entries = live.slice(0, limit);
    return defined({ entries, next: live.length > limit ? entries.at(-1)?.id : undefined });
  }

  serve(listEndpoints, async ({ c, scope, query, reply }) => {
    const seen = endpointsOf(c);
    const page = seen
      ? await listSeen(scope, seen, query)
      : await registry.listEndpoints(scope, query.limit, query.cursor);
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

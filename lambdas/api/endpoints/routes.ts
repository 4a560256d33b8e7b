// /v1/endpoints: where a tenant's events go.
import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import type { Scope } from '../../core/events/event.ts';
import { isId } from '../../core/identifiers.ts';
import { Problem } from '../../core/problem.ts';
import type { Application } from '../../http/application.ts';
import type { Authentication } from '../../http/authentication.ts';
import { creationOf } from '../../http/creation.ts';
import { serve } from '../../http/operation.ts';
import { overtaken, requireMatch, tagged } from '../entity-tag.ts';
import { listView } from '../listing/query.ts';
import { endpointView } from '../views.ts';
import { addBulkRoutes } from './bulk.ts';
import { addEndpointChangeRoute } from './change-route.ts';
import { countedIn, createEndpointCreator, type EndpointPorts } from './creation.ts';
import {
  createEndpoint,
  deleteEndpoint,
  getEndpoint,
  listEndpoints,
  NO_ENDPOINT,
} from './operations.ts';
import { addEndpointSecretRoutes } from './secrets.ts';
import { healthOf } from './standing.ts';
import { addVerificationRoute } from './verification.ts';

/** How often a deletion is tried again when the endpoint was changed in the meantime. */
const ROUNDS = 3;

export function addEndpointRoutes(
  app: Application,
  authentication: Authentication,
  ports: EndpointPorts,
): void {
  const { registry, surroundings } = ports;
  const create = createEndpointCreator(ports);

  /** @throws Problem 404, the same for another tenant's endpoint as for none */
  async function find(scope: Scope, id: string): Promise<Endpoint> {
    const endpoint = isId('ep', id) ? await registry.getEndpoint(scope, id) : undefined;
    if (!endpoint || endpoint.deletedAtMs !== undefined) throw new Problem(404, NO_ENDPOINT);
    return endpoint;
  }

  serve(app, authentication, createEndpoint, async ({ c, scope, body, reply }) => {
    const creation = () => creationOf(c, ports, scope, { kind: 'endpoints', prefix: 'ep', body });
    const { endpoint, health } = await create(scope, body, { creation });
    return reply(201, endpointView(endpoint, health, ports.defaults), tagged(endpoint));
  });

  serve(app, authentication, listEndpoints, async ({ scope, query, reply }) => {
    const page = await registry.listEndpoints(scope, query.limit, query.cursor);
    const health = await healthOf(ports.health, page.entries);
    return reply(
      200,
      listView(page, (endpoint) => endpointView(endpoint, health(endpoint.id), ports.defaults)),
    );
  });

  serve(app, authentication, getEndpoint, async ({ scope, params, reply }) => {
    const endpoint = await find(scope, params.id);
    const { health } = await ports.health.getHealth({ ...endpoint, endpointId: endpoint.id });
    return reply(200, endpointView(endpoint, health, ports.defaults), tagged(endpoint));
  });

  addBulkRoutes(app, authentication, ports);
  addEndpointSecretRoutes(app, authentication, ports, find);
  addEndpointChangeRoute(app, authentication, ports, find);
  addVerificationRoute(app, authentication, ports, find);

  serve(app, authentication, deleteEndpoint, async ({ c, scope, params }) => {
    for (let round = 0; round < ROUNDS; round++) {
      const endpoint = await find(scope, params.id);
      requireMatch(c, endpoint);
      // A tombstone stays: it says that what waits here is cancelled, and rewrites none of it.
      const version = endpoint.version + 1;
      const tombstone = { ...endpoint, version, deletedAtMs: surroundings.now() };
      if (!(await registry.replaceEndpoint(endpoint, tombstone))) continue;
      await ports.counts.release(countedIn(scope), 1);
      return c.body(null, 204);
    }
    throw overtaken(c);
  });
}

// /v1/endpoints: where a tenant's events go.
import { z } from 'zod';
import { contractOf } from '../core/contracts/all.ts';
import { type DestinationRules, rulesFor } from '../core/destination.ts';
import { type Endpoint, type EndpointInput, endpointInputSchema } from '../core/endpoint.ts';
import { algorithmsNeeded } from '../core/endpoint-extras.ts';
import { CLEAN_HEALTH } from '../core/endpoint-health.ts';
import { maskSecret, SECRET_BYTES } from '../core/endpoint-secret.ts';
import type { Scope } from '../core/event.ts';
import { createId, isId } from '../core/identifiers.ts';
import type { HealthLedger, KeyringStore, Registry, Secrets, Surroundings } from '../core/ports.ts';
import { Problem } from '../core/problem.ts';
import { seal } from '../core/sealing.ts';
import { secretPlace } from '../core/sealing-places.ts';
import type { Application } from '../http/application.ts';
import { type AppContext, type Authentication, requireScope } from '../http/authentication.ts';
import { parseBody, parseQuery } from '../http/body.ts';
import { addEndpointChangeRoute } from './endpoint-changes.ts';
import { addEndpointSecretRoutes, NONCE_BYTES } from './endpoint-secrets.ts';
import { keptSettings } from './endpoint-settings.ts';
import { refuseUntimely } from './endpoint-tls.ts';
import { overtaken, requireMatch, tagged } from './entity-tag.ts';
import { listView, pageShape } from './listing-query.ts';
import { ensureSigningKeys } from './signing-keys.ts';
import { healthOf } from './standing.ts';
import { endpointView, type ViewDefaults } from './views.ts';

/** How often a deletion is tried again when the endpoint was changed in the meantime. */
const ROUNDS = 3;

export interface EndpointPorts {
  readonly registry: Registry;
  readonly keyring: KeyringStore;
  readonly secrets: Pick<Secrets, 'sealingKey'>;
  readonly surroundings: Surroundings;
  readonly health: HealthLedger;
  readonly rules: DestinationRules;
  readonly defaults: ViewDefaults;
}

export function addEndpointRoutes(
  app: Application,
  { authenticate, scopeOf }: Authentication,
  ports: EndpointPorts,
): void {
  const { registry, surroundings } = ports;
  const inputSchemas = {
    live: endpointInputSchema(rulesFor(ports.rules, 'live')),
    test: endpointInputSchema(rulesFor(ports.rules, 'test')),
  };

  /** @throws Problem 404, the same for another tenant's endpoint as for none */
  async function find(c: AppContext): Promise<Endpoint> {
    const scope = await scopeOf(c);
    const id = c.req.param('id') ?? '';
    const endpoint = isId('ep', id) ? await registry.getEndpoint(scope, id) : undefined;
    if (!endpoint || endpoint.deletedAtMs !== undefined) {
      throw new Problem(404, 'There is no such endpoint.');
    }
    return endpoint;
  }

  app.post('/v1/endpoints', authenticate, async (c) => {
    requireScope(c, 'endpoints:write');
    const scope = await scopeOf(c);
    const input = await parseBody(c, inputSchemas[scope.environment]);
    const endpoint = await create(ports, scope, input);
    // Before the endpoint: its first delivery may follow at once.
    const needed = algorithmsNeeded(
      endpoint,
      contractOf(endpoint.contract),
      endpoint.contractOptions,
    );
    if (needed.size > 0) await ensureSigningKeys(ports, needed);
    await registry.putEndpoint(endpoint);
    return c.json(endpointView(endpoint, CLEAN_HEALTH, ports.defaults), 201, tagged(endpoint));
  });

  app.get('/v1/endpoints', authenticate, async (c) => {
    requireScope(c, 'endpoints:read');
    const scope = await scopeOf(c);
    const query = parseQuery(c, z.strictObject(pageShape((id) => isId('ep', id))));
    const page = await registry.listEndpoints(scope, query.limit, query.cursor);
    const health = await healthOf(ports.health, page.entries);
    return c.json(
      listView(page, (endpoint) => endpointView(endpoint, health(endpoint.id), ports.defaults)),
    );
  });

  app.get('/v1/endpoints/:id', authenticate, async (c) => {
    requireScope(c, 'endpoints:read');
    const endpoint = await find(c);
    const { health } = await ports.health.getHealth({ ...endpoint, endpointId: endpoint.id });
    return c.json(endpointView(endpoint, health, ports.defaults), 200, tagged(endpoint));
  });

  addEndpointSecretRoutes(app, { authenticate, scopeOf }, ports, find);
  addEndpointChangeRoute(app, { authenticate, scopeOf }, ports, find);

  app.delete('/v1/endpoints/:id', authenticate, async (c) => {
    requireScope(c, 'endpoints:write');
    for (let round = 0; round < ROUNDS; round++) {
      const endpoint = await find(c);
      requireMatch(c, endpoint);
      // A tombstone stays: it says that what waits here is cancelled, and rewrites none of it.
      const version = endpoint.version + 1;
      const tombstone = { ...endpoint, version, deletedAtMs: surroundings.now() };
      if (await registry.replaceEndpoint(endpoint, tombstone)) return c.body(null, 204);
    }
    throw overtaken(c);
  });
}

async function create(ports: EndpointPorts, scope: Scope, input: EndpointInput): Promise<Endpoint> {
  const { surroundings } = ports;
  const contract = contractOf(input.contract);
  const nowMs = surroundings.now();
  refuseUntimely(input.tls, nowMs);
  const id = createId('ep', nowMs, surroundings.random(10));
  const contractOptions = contract.optionsSchema.parse(input.contractOptions);
  const secret =
    input.secret ?? contract.createSecret(surroundings.random(SECRET_BYTES), contractOptions);
  const key = await ports.secrets.sealingKey();
  const place = secretPlace({ ...scope, id });
  return {
    ...scope,
    id,
    ...keptSettings(input, { ...scope, id }, key, surroundings.random),
    sealedSecrets: [seal(key, place, secret, surroundings.random(NONCE_BYTES))],
    maskedSecret: maskSecret(secret),
    createdAtMs: nowMs,
    version: 1,
  };
}

// /v1/endpoints: where a tenant's events go.
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
import type { Authentication } from '../http/authentication.ts';
import { type CallIn, serve } from '../http/operation.ts';
import { addEndpointChangeRoute } from './endpoint-changes.ts';
import {
  createEndpoint,
  deleteEndpoint,
  getEndpoint,
  listEndpoints,
  NO_ENDPOINT,
} from './endpoint-operations.ts';
import { addEndpointSecretRoutes, NONCE_BYTES } from './endpoint-secrets.ts';
import { keptSettings } from './endpoint-settings.ts';
import { overtaken, requireMatch, tagged } from './entity-tag.ts';
import { listView } from './listing-query.ts';
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
  authentication: Authentication,
  ports: EndpointPorts,
): void {
  const { registry, surroundings } = ports;
  const inputSchemas = {
    live: endpointInputSchema(rulesFor(ports.rules, 'live')),
    test: endpointInputSchema(rulesFor(ports.rules, 'test')),
  };

  /** @throws Problem 404, the same for another tenant's endpoint as for none */
  async function find(scope: Scope, id: string): Promise<Endpoint> {
    const endpoint = isId('ep', id) ? await registry.getEndpoint(scope, id) : undefined;
    if (!endpoint || endpoint.deletedAtMs !== undefined) throw new Problem(404, NO_ENDPOINT);
    return endpoint;
  }

  const create = async ({ scope, body, reply }: CallIn<typeof createEndpoint>) => {
    const endpoint = await newEndpoint(ports, scope, body);
    // Before the endpoint: its first delivery may follow at once.
    const needed = algorithmsNeeded(
      endpoint,
      contractOf(endpoint.contract),
      endpoint.contractOptions,
    );
    if (needed.size > 0) await ensureSigningKeys(ports, needed);
    await registry.putEndpoint(endpoint);
    return reply(201, endpointView(endpoint, CLEAN_HEALTH, ports.defaults), tagged(endpoint));
  };
  serve(app, authentication, createEndpoint, create, {
    bodySchema: ({ environment }) => inputSchemas[environment],
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

  addEndpointSecretRoutes(app, authentication, ports, find);
  addEndpointChangeRoute(app, authentication, ports, find);

  serve(app, authentication, deleteEndpoint, async ({ c, scope, params }) => {
    for (let round = 0; round < ROUNDS; round++) {
      const endpoint = await find(scope, params.id);
      requireMatch(c, endpoint);
      // A tombstone stays: it says that what waits here is cancelled, and rewrites none of it.
      const version = endpoint.version + 1;
      const tombstone = { ...endpoint, version, deletedAtMs: surroundings.now() };
      if (await registry.replaceEndpoint(endpoint, tombstone)) return c.body(null, 204);
    }
    throw overtaken(c);
  });
}

async function newEndpoint(
  ports: EndpointPorts,
  scope: Scope,
  input: EndpointInput,
): Promise<Endpoint> {
  const { surroundings } = ports;
  const contract = contractOf(input.contract);
  const nowMs = surroundings.now();
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

// /v1/endpoints: where a tenant's events go.
import { contractOf } from '../core/contracts/all.ts';
import { type DestinationRules, rulesFor } from '../core/destination.ts';
import { type Endpoint, type EndpointInput, endpointInputSchema } from '../core/endpoint.ts';
import { algorithmsNeeded } from '../core/endpoint-extras.ts';
import { CLEAN_HEALTH, type Health } from '../core/endpoint-health.ts';
import { maskSecret, SECRET_BYTES } from '../core/endpoint-secret.ts';
import type { Scope } from '../core/event.ts';
import { isId } from '../core/identifiers.ts';
import type {
  Counts,
  DedupeLedger,
  HealthLedger,
  KeyringStore,
  Registry,
  Secrets,
  Surroundings,
} from '../core/ports.ts';
import { Problem } from '../core/problem.ts';
import { seal } from '../core/sealing.ts';
import { secretPlace } from '../core/sealing-places.ts';
import type { Settings } from '../core/settings.ts';
import type { Application } from '../http/application.ts';
import type { Authentication } from '../http/authentication.ts';
import { type Creation, creationOf } from '../http/creation.ts';
import { takePlaces } from '../http/limits.ts';
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
const DELETED_SINCE = 'What this idempotency key created was deleted since.';

export interface EndpointPorts {
  readonly registry: Registry;
  readonly keyring: KeyringStore;
  readonly secrets: Pick<Secrets, 'sealingKey'>;
  readonly surroundings: Surroundings;
  readonly health: HealthLedger;
  readonly ledger: DedupeLedger;
  readonly counts: Counts;
  readonly limits: Pick<Settings['limits'], 'endpointsPerTenant'>;
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

  const counted = (scope: Scope) => ({ kind: 'endpoints', scope }) as const;
  const create = async ({ c, scope, body, reply }: CallIn<typeof createEndpoint>) => {
    const creation = await creationOf(c, ports, scope, { kind: 'endpoints', prefix: 'ep', body });
    const answer = (made: Endpoint, health: Health) =>
      reply(201, endpointView(made, health, ports.defaults), tagged(made));
    if (creation.isRepeat) {
      const found = await registry.getEndpoint(scope, creation.id);
      if (found?.deletedAtMs !== undefined) throw new Problem(409, DELETED_SINCE);
      const address = { ...scope, endpointId: creation.id };
      if (found) return answer(found, (await ports.health.getHealth(address)).health);
    }
    const endpoint = await newEndpoint(ports, scope, body, creation);
    // Before the endpoint: its first delivery may follow at once.
    const needed = algorithmsNeeded(
      endpoint,
      contractOf(endpoint.contract),
      endpoint.contractOptions,
    );
    if (needed.size > 0) await ensureSigningKeys(ports, needed);
    const limit = ports.limits.endpointsPerTenant;
    await takePlaces(ports.counts, counted(scope), 1, limit, surroundings.now());
    const stored = await registry.putEndpointOnce(endpoint);
    // A repeat at the same time was faster.
    const isMine = stored.sealedSecrets[0] === endpoint.sealedSecrets[0];
    if (!isMine) await ports.counts.release(counted(scope), 1);
    return answer(stored, CLEAN_HEALTH);
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
      if (!(await registry.replaceEndpoint(endpoint, tombstone))) continue;
      await ports.counts.release(counted(scope), 1);
      return c.body(null, 204);
    }
    throw overtaken(c);
  });
}

async function newEndpoint(
  ports: EndpointPorts,
  scope: Scope,
  input: EndpointInput,
  { id, atMs }: Creation,
): Promise<Endpoint> {
  const { surroundings } = ports;
  const contract = contractOf(input.contract);
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
    createdAtMs: atMs,
    version: 1,
  };
}

// PATCH /v1/endpoints/{id}: some settings at a time, checked together with those that stay.
import { z } from 'zod';
import { contractOf } from '../core/contracts/all.ts';
import { rulesFor } from '../core/destination.ts';
import { type Endpoint, type EndpointInput, endpointInputSchema } from '../core/endpoint.ts';
import { algorithmsNeeded } from '../core/endpoint-extras.ts';
import { faultsOf } from '../core/faults.ts';
import { type Fault, pointer } from '../core/problem.ts';
import { sealedValuesOf } from '../core/sealed-values.ts';
import type { SealingKeys } from '../core/sealing.ts';
import type { Application } from '../http/application.ts';
import { type AppContext, type Authentication, requireScope } from '../http/authentication.ts';
import { parseBody, refused } from '../http/body.ts';
import { keptSettings, settingsAsAsked } from './endpoint-settings.ts';
import { refuseUntimely, tlsAsAsked } from './endpoint-tls.ts';
import type { EndpointPorts } from './endpoints.ts';
import { overtaken, requireMatch, tagged } from './entity-tag.ts';
import { ensureSigningKeys } from './signing-keys.ts';
import { endpointView } from './views.ts';

/** What an endpoint is told from others by, or has a route of its own. */
const FIXED: ReadonlyMap<string, string> = new Map([
  ['secret', 'is changed by POST /v1/endpoints/{id}/rotate-secret'],
  ['token', 'cannot be changed: make another endpoint'],
  ['contract', 'cannot be changed: make another endpoint'],
]);

const changesSchema = z.custom<Readonly<Record<string, unknown>>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be a JSON object',
);

export function addEndpointChangeRoute(
  app: Application,
  { authenticate }: Authentication,
  ports: EndpointPorts,
  find: (c: AppContext) => Promise<Endpoint>,
): void {
  const inputSchemas = {
    live: endpointInputSchema(rulesFor(ports.rules, 'live')),
    test: endpointInputSchema(rulesFor(ports.rules, 'test')),
  };
  const names = new Set(Object.keys(inputSchemas.live.shape));

  /** @throws Problem 422 */
  function merged(before: Endpoint, changes: object, sealingKey: SealingKeys): EndpointInput {
    const faults: Fault[] = [];
    const asked = settingsAsAsked(before, names, sealingKey);
    for (const [name, value] of Object.entries(changes)) {
      const fault = names.has(name) ? FIXED.get(name) : 'is not known here';
      if (fault !== undefined) faults.push({ path: pointer([name]), message: fault });
      else if (value === null) delete asked[name];
      else if (name === 'tls') asked[name] = tlsAsAsked(before, value, sealingKey);
      else asked[name] = value;
    }
    const parsed = inputSchemas[before.environment].safeParse(asked);
    if (!parsed.success) faults.push(...faultsOf(parsed.error));
    if (!parsed.success || faults.length > 0) throw refused(faults);
    return parsed.data;
  }

  app.patch('/v1/endpoints/:id', authenticate, async (c) => {
    requireScope(c, 'endpoints:write');
    const before = await find(c);
    requireMatch(c, before);
    const changes = await parseBody(c, changesSchema);
    const sealingKey = await ports.secrets.sealingKey(sealedValuesOf(before));
    const input = merged(before, changes, sealingKey);
    refuseUntimely(input.tls, ports.surroundings.now());
    const { random } = ports.surroundings;
    const { tenant, environment, id, sealedSecrets, maskedSecret, retiringSecrets } = before;
    const after: Endpoint = {
      tenant,
      environment,
      id,
      ...keptSettings(input, before, sealingKey, random, before),
      ...(before.tls && !('tls' in changes) ? { tls: before.tls } : {}),
      sealedSecrets,
      maskedSecret,
      ...(retiringSecrets ? { retiringSecrets } : {}),
      createdAtMs: before.createdAtMs,
      version: before.version + 1,
    };
    const needed = algorithmsNeeded(after, contractOf(after.contract), after.contractOptions);
    if (needed.size > 0) await ensureSigningKeys(ports, needed);
    if (!(await ports.registry.replaceEndpoint(before, after))) throw overtaken(c);
    const { health } = await ports.health.getHealth({ ...after, endpointId: after.id });
    return c.json(endpointView(after, health, ports.defaults), 200, tagged(after));
  });
}

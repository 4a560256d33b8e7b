// PATCH /v1/endpoints/{id}: some settings at a time, checked together with those that stay.
import { z } from 'zod';
import { contractOf } from '../core/contracts/all.ts';
import { rulesFor } from '../core/destination.ts';
import { type Endpoint, type EndpointInput, endpointInputSchema } from '../core/endpoint.ts';
import { algorithmsNeeded } from '../core/endpoint-extras.ts';
import type { Scope } from '../core/event.ts';
import { faultsOf } from '../core/faults.ts';
import { type Fault, pointer } from '../core/problem.ts';
import type { Application } from '../http/application.ts';
import type { Authentication } from '../http/authentication.ts';
import { refused } from '../http/body.ts';
import { operation, serve } from '../http/operation.ts';
import {
  createEndpoint,
  endpointSchema,
  matchHeader,
  NO_ENDPOINT,
  tagHeader,
} from './endpoint-operations.ts';
import { keptSettings, settingsAsAsked } from './endpoint-settings.ts';
import type { EndpointPorts } from './endpoints.ts';
import { overtaken, requireMatch, tagged } from './entity-tag.ts';
import { idParams } from './schemas.ts';
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

/** What it takes: every setting but the fixed ones, and null for its default. */
const documentedChanges = z
  .strictObject(
    Object.fromEntries(
      Object.entries(createEndpoint.body.shape)
        .filter(([name]) => !FIXED.has(name))
        .map(([name, schema]) => {
          const isOptional = schema instanceof z.ZodDefault || schema instanceof z.ZodOptional;
          const inner: z.core.$ZodType = isOptional ? schema.unwrap() : schema;
          return [name, isOptional ? z.optional(z.nullable(inner)) : z.optional(inner)];
        }),
    ),
  )
  .meta({ id: 'EndpointChanges' });

export const changeEndpoint = operation({
  id: 'changeEndpoint',
  method: 'patch',
  path: '/v1/endpoints/{id}',
  tag: 'Endpoints',
  summary: 'Change some settings of an endpoint',
  description:
    'What is left out stays as it is; null puts a default back. The settings are checked together.',
  access: 'endpoints:write',
  params: idParams('ep'),
  headers: matchHeader,
  body: changesSchema,
  documentedBody: documentedChanges,
  bodyExample: { eventTypes: ['dossier.*'], timeoutMs: 5000 },
  replies: { 200: { description: 'Changed.', schema: endpointSchema, headers: tagHeader } },
  problems: {
    404: NO_ENDPOINT,
    409: 'It was changed in the meantime.',
    412: '`If-Match` names another version.',
  },
});

export function addEndpointChangeRoute(
  app: Application,
  authentication: Authentication,
  ports: EndpointPorts,
  find: (scope: Scope, id: string) => Promise<Endpoint>,
): void {
  const inputSchemas = {
    live: endpointInputSchema(rulesFor(ports.rules, 'live')),
    test: endpointInputSchema(rulesFor(ports.rules, 'test')),
  };
  const names = new Set(Object.keys(inputSchemas.live.shape));

  /** @throws Problem 422 */
  function merged(before: Endpoint, changes: object, sealingKey: Buffer): EndpointInput {
    const faults: Fault[] = [];
    const asked = settingsAsAsked(before, names, sealingKey);
    for (const [name, value] of Object.entries(changes)) {
      const fault = names.has(name) ? FIXED.get(name) : 'is not known here';
      if (fault !== undefined) faults.push({ path: pointer([name]), message: fault });
      else if (value === null) delete asked[name];
      else asked[name] = value;
    }
    const parsed = inputSchemas[before.environment].safeParse(asked);
    if (!parsed.success) faults.push(...faultsOf(parsed.error));
    if (!parsed.success || faults.length > 0) throw refused(faults);
    return parsed.data;
  }

  serve(app, authentication, changeEndpoint, async ({ c, scope, params, body: changes, reply }) => {
    const before = await find(scope, params.id);
    requireMatch(c, before);
    const sealingKey = await ports.secrets.sealingKey();
    const input = merged(before, changes, sealingKey);
    const { random } = ports.surroundings;
    const { tenant, environment, id, sealedSecrets, maskedSecret, retiringSecrets } = before;
    const after: Endpoint = {
      tenant,
      environment,
      id,
      ...keptSettings(input, before, sealingKey, random, before),
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
    return reply(200, endpointView(after, health, ports.defaults), tagged(after));
  });
}

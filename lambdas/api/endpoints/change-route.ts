// PATCH /v1/endpoints/{id}: some settings at a time, checked together with those that stay.
import * as z from 'zod';
import type { Application } from '../../http/application.ts';
import type { Authentication } from '../../http/authentication.ts';
import { operation, serve } from '../../http/operation.ts';
import { overtaken, requireMatch, tagged } from '../entity-tag.ts';
import { NO_ENDPOINT, requireLiveEndpoint } from '../lookups.ts';
import { idParams } from '../schemas.ts';
import { createEndpointChanger, FIXED } from './changing.ts';
import type { EndpointPorts } from './creation.ts';
import { askedSchema, endpointInput, matchHeader, tagHeader } from './operations.ts';
import { endpointSchema, endpointView } from './view.ts';

/** What it takes: every setting but the fixed ones, and null for its default. */
export const documentedChanges = z
  .strictObject(
    Object.fromEntries(
      Object.entries(endpointInput.shape)
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
    'What is left out stays as it is; null puts the default back, or what its template gives. The settings are checked together.',
  access: 'endpoints:write',
  params: idParams('ep'),
  headers: matchHeader,
  body: askedSchema,
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
): void {
  const changer = createEndpointChanger(ports);

  serve(app, authentication, changeEndpoint, async ({ c, scope, params, body: changes, reply }) => {
    const before = await requireLiveEndpoint(ports.registry, scope, params.id);
    requireMatch(c, before);
    const after = await changer.carryOut(await changer.plan(before, changes));
    if (!after) throw overtaken(c);
    const { health } = await ports.health.getHealth({ ...after, endpointId: after.id });
    return reply(200, endpointView(after, health, ports.defaults), tagged(after));
  });
}

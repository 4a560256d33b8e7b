// PATCH /v1/endpoints/{id}: some settings at a time, checked together with those that stay.
import * as z from 'zod';
import { SETTINGS } from '../../core/endpoints/settings/all.ts';
import { changesShape } from '../../core/endpoints/settings/setting.ts';
import { refuseTemplate } from '../../http/admission.ts';
import { operation, type Serve } from '../../http/operation.ts';
import { matchHeader, overtaken, requireMatch, STALE, tagged, tagHeader } from '../entity-tag.ts';
import { NO_ENDPOINT, requireLiveEndpoint } from '../lookups.ts';
import { idParams } from '../schemas.ts';
import { createEndpointChanger } from './changing.ts';
import { type EndpointPorts, MOVED } from './creation.ts';
import { askedSchema } from './operations.ts';
import { endpointSchema, endpointView } from './view.ts';

/** What it takes: every setting but the fixed ones, and null for its default. */
export const documentedChanges = z
  .strictObject(changesShape(SETTINGS))
  .meta({ id: 'EndpointChanges' });

export const changeEndpoint = operation({
  id: 'changeEndpoint',
  method: 'patch',
  path: '/v1/endpoints/{id}',
  tag: 'Endpoints',
  summary: 'Change some settings of an endpoint',
  description:
    'Settings that the request leaves out stay as they are. Null restores the template’s value, or else the default. All settings are checked together.',
  access: 'endpoints:write',
  session: 'filtered',
  params: idParams('ep'),
  headers: matchHeader,
  body: askedSchema,
  documentedBody: documentedChanges,
  bodyExample: { eventTypes: ['dossier.*'], timeoutMs: 5000 },
  replies: { 200: { description: 'Changed.', schema: endpointSchema, headers: tagHeader } },
  problems: {
    403: MOVED,
    404: NO_ENDPOINT,
    409: 'It was changed in the meantime.',
    412: STALE,
  },
});

export function addEndpointChangeRoute(serve: Serve, ports: EndpointPorts): void {
  const changer = createEndpointChanger(ports);

  serve(changeEndpoint, async ({ c, scope, params, body: changes, reply }) => {
    const before = await requireLiveEndpoint(ports.registry, scope, params.id);
    refuseTemplate(c, changes.template, before.template);
    requireMatch(c, tagged(before));
    const after = await changer.carryOut(await changer.plan(c, before, changes));
    if (!after) throw overtaken(c);
    const { health } = await ports.health.getHealth({ ...after, endpointId: after.id });
    return reply(200, endpointView(after, health, ports.defaults), tagged(after));
  });
}

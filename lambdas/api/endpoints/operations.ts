// What the operations on endpoints take and answer.

import * as z from 'zod';
import { STRICT_RULES } from '../../core/destinations/http/url.ts';
import { endpointInputSchema } from '../../core/endpoints/endpoint.ts';
import { isId } from '../../core/identifiers.ts';
import { creationHeader, OTHER_BODY } from '../../http/creation.ts';
import { FULL } from '../../http/limits.ts';
import { operation } from '../../http/operation.ts';
import { matchHeader, STALE, tagHeader } from '../entity-tag.ts';
import { pageShape } from '../listing/query.ts';
import { NO_ENDPOINT } from '../lookups.ts';
import { idParams, pageSchema } from '../schemas.ts';
import { endpointSchema } from './view.ts';

export const UNVERIFIED =
  'The URL is not verified: POST /v1/endpoints/{id}/verify sends a challenge that the receiver must echo.';

/** Settings as a request gives them: absent ones and defaults differ. */
export type Asked = Readonly<Record<string, unknown>>;
export const askedSchema = z.custom<Asked>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'must be a JSON object',
);

/** What the document says of an endpoint's settings. */
export const endpointInput = endpointInputSchema(STRICT_RULES).meta({ id: 'EndpointInput' });

export const createEndpoint = operation({
  id: 'createEndpoint',
  method: 'post',
  path: '/v1/endpoints',
  tag: 'Endpoints',
  summary: 'Create an endpoint',
  description:
    'With `template`, the endpoint inherits the settings that the request leaves out. With `verifyUrl`, its deliveries are held until the URL has echoed a challenge, which is sent at once.',
  access: 'endpoints:write',
  session: 'refused',
  body: askedSchema,
  documentedBody: endpointInput,
  bodyExample: { url: 'https://acme.io/webhooks', eventTypes: ['dossier.*'] },
  headers: creationHeader,
  replies: { 201: { description: 'Created.', schema: endpointSchema, headers: tagHeader } },
  problems: { 409: `${FULL} Or: ${OTHER_BODY} Or: The template is being changed.` },
});
export const listEndpoints = operation({
  id: 'listEndpoints',
  method: 'get',
  path: '/v1/endpoints',
  tag: 'Endpoints',
  summary: 'List endpoints, oldest first',
  access: 'endpoints:read',
  session: 'filtered',
  query: z.strictObject(pageShape((id) => isId('ep', id))),
  replies: { 200: { description: 'A page of endpoints.', schema: pageSchema(endpointSchema) } },
});
export const getEndpoint = operation({
  id: 'getEndpoint',
  method: 'get',
  path: '/v1/endpoints/{id}',
  tag: 'Endpoints',
  summary: 'Read an endpoint',
  access: 'endpoints:read',
  session: 'filtered',
  params: idParams('ep'),
  replies: { 200: { description: 'The endpoint.', schema: endpointSchema, headers: tagHeader } },
  problems: { 404: NO_ENDPOINT },
});
export const deleteEndpoint = operation({
  id: 'deleteEndpoint',
  method: 'delete',
  path: '/v1/endpoints/{id}',
  tag: 'Endpoints',
  summary: 'Delete an endpoint, and cancel its waiting deliveries',
  access: 'endpoints:write',
  session: 'filtered',
  params: idParams('ep'),
  headers: matchHeader,
  replies: { 204: { description: 'Deleted.' } },
  problems: {
    404: NO_ENDPOINT,
    409: 'It was changed in the meantime.',
    412: STALE,
  },
});

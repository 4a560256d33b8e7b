// What the operations on templates take and answer.
import * as z from 'zod';
import { SETTINGS } from '../../core/endpoints/settings/all.ts';
import { templateChangesShape, templateShape } from '../../core/endpoints/settings/setting.ts';
import { isId } from '../../core/identifiers.ts';
import { templateNameSchema } from '../../core/templates/input.ts';
import { creationHeader, OTHER_BODY } from '../../http/creation.ts';
import { operation } from '../../http/operation.ts';
import { matchHeader, STALE, tagHeader } from '../entity-tag.ts';
import { pageShape } from '../listing/query.ts';
import { idParams, pageSchema } from '../schemas.ts';
import { templateSchema } from './view.ts';

const settingsSchema = z.record(z.string(), z.unknown());
const documentedSettings = z.strictObject(templateShape(SETTINGS)).meta({ id: 'TemplateSettings' });
const documentedChanges = z
  .strictObject(templateChangesShape(SETTINGS))
  .meta({ id: 'TemplateChanges' });

export const NO_TEMPLATE = 'There is no such template.';
const stale = {
  404: NO_TEMPLATE,
  412: STALE,
} as const;

export const createTemplate = operation({
  id: 'createTemplate',
  method: 'post',
  path: '/v1/templates',
  tag: 'Templates',
  summary: 'Create a template',
  description:
    'A template is a named set of settings. Its endpoints inherit every setting that they do not set themselves.',
  access: 'endpoints:write',
  session: 'refused',
  body: z.strictObject({ name: templateNameSchema, settings: settingsSchema.default({}) }),
  documentedBody: z
    .strictObject({ name: templateNameSchema, settings: documentedSettings.optional() })
    .meta({ id: 'TemplateInput' }),
  bodyExample: { name: 'partners', settings: { eventTypes: ['dossier.*'], timeoutMs: 5000 } },
  headers: creationHeader,
  replies: { 201: { description: 'Created.', schema: templateSchema, headers: tagHeader } },
  problems: { 409: `The name is taken, or the limit is reached. Or: ${OTHER_BODY}` },
});
export const listTemplates = operation({
  id: 'listTemplates',
  method: 'get',
  path: '/v1/templates',
  tag: 'Templates',
  summary: 'List templates, oldest first',
  access: 'endpoints:read',
  session: 'refused',
  query: z.strictObject(pageShape((id) => isId('tpl', id))),
  replies: { 200: { description: 'A page of templates.', schema: pageSchema(templateSchema) } },
});
export const getTemplate = operation({
  id: 'getTemplate',
  method: 'get',
  path: '/v1/templates/{id}',
  tag: 'Templates',
  summary: 'Read a template',
  access: 'endpoints:read',
  session: 'refused',
  params: idParams('tpl'),
  replies: { 200: { description: 'The template.', schema: templateSchema, headers: tagHeader } },
  problems: { 404: NO_TEMPLATE },
});
export const changeTemplate = operation({
  id: 'changeTemplate',
  method: 'patch',
  path: '/v1/templates/{id}',
  tag: 'Templates',
  summary: 'Change a template and all endpoints that inherit from it',
  description:
    'Settings that the request leaves out stay as they are; null removes a setting. The change takes effect within 15 seconds for all endpoints that inherit from the template. It is rejected if it conflicts with settings that such an endpoint sets itself.',
  access: 'endpoints:write',
  session: 'refused',
  params: idParams('tpl'),
  headers: matchHeader,
  body: z.strictObject({
    name: templateNameSchema.optional(),
    settings: settingsSchema.optional(),
  }),
  documentedBody: z
    .strictObject({ name: templateNameSchema.optional(), settings: documentedChanges.optional() })
    .meta({ id: 'TemplateChange' }),
  bodyExample: { settings: { timeoutMs: 8000 } },
  replies: { 200: { description: 'Changed.', schema: templateSchema, headers: tagHeader } },
  problems: { ...stale, 409: 'It was changed in the meantime, or the name is taken.' },
});
export const deleteTemplate = operation({
  id: 'deleteTemplate',
  method: 'delete',
  path: '/v1/templates/{id}',
  tag: 'Templates',
  summary: 'Delete a template that no endpoint inherits from',
  access: 'endpoints:write',
  session: 'refused',
  params: idParams('tpl'),
  headers: matchHeader,
  replies: { 204: { description: 'Deleted.' } },
  problems: { ...stale, 409: 'Endpoints inherit from it, or it was changed in the meantime.' },
});

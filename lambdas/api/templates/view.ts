// A template as the API shows it.
import * as z from 'zod';
import type { Template } from '../../core/templates/template.ts';
import { EXAMPLE, environmentSchema, idOf, time, timeSchema } from '../schemas.ts';
import { settingsOf } from './lookup.ts';

export function templateView(template: Template) {
  return {
    id: template.id,
    name: template.name,
    settings: settingsOf(template),
    environment: template.environment,
    createdAt: time(template.createdAtMs),
    updatedAt: time(template.updatedAtMs),
  };
}

const example = {
  id: `tpl_${EXAMPLE.suffix}`,
  name: 'partners',
  settings: {
    contract: 'standard-webhooks',
    contractOptions: {},
    eventTypes: ['dossier.*'],
    timeoutMs: 5_000,
  },
  environment: 'live',
  createdAt: EXAMPLE.time,
  updatedAt: EXAMPLE.later,
};

export const templateSchema = z
  .strictObject({
    id: idOf('tpl'),
    name: z.string(),
    settings: z.record(z.string(), z.unknown()).meta({
      id: 'ShownTemplateSettings',
      description: 'The settings that the template sets, with secrets masked.',
    }),
    environment: environmentSchema,
    createdAt: timeSchema,
    updatedAt: timeSchema,
  })
  .meta({ id: 'Template', example: example });

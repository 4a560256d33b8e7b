// Finding a template by what a request says, and who follows it.
import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import { SETTINGS } from '../../core/endpoints/settings/all.ts';
import { shownSettings } from '../../core/endpoints/settings/setting.ts';
import type { EndpointStore } from '../../core/endpoints/store.ts';
import { isId } from '../../core/identifiers.ts';
import { allOf } from '../../core/listing.ts';
import type { Scope } from '../../core/scope.ts';
import type { Templates } from '../../core/templates/store.ts';
import type { Template } from '../../core/templates/template.ts';

/** A tenant has so many in an environment at most. */
export const MAX_TEMPLATES = 100;
const PAGE = 100;

/** The template, or why there is none to take. */
export async function findTemplate(
  templates: Pick<Templates, 'getTemplate' | 'listTemplates'>,
  scope: Scope,
  idOrName: string,
): Promise<Template | string> {
  if (isId('tpl', idOrName)) {
    return (await templates.getTemplate(scope, idOrName))?.template ?? 'is not a template';
  }
  const [named, ...more] = (await allTemplates(templates, scope)).filter(
    ({ name }) => name === idOrName,
  );
  if (!named) return 'is not a template';
  return more.length === 0 ? named : 'is the name of several templates: give an id instead';
}

export function allTemplates(
  templates: Pick<Templates, 'listTemplates'>,
  scope: Scope,
): Promise<Template[]> {
  return allOf((cursor) => templates.listTemplates(scope, PAGE, cursor));
}

export async function followersOf(
  registry: Pick<EndpointStore, 'listEndpoints'>,
  template: Template,
): Promise<Endpoint[]> {
  const all = await allOf((cursor) => registry.listEndpoints(template, PAGE, cursor));
  return all.filter((endpoint) => endpoint.template === template.id);
}

/** A template's settings as they were asked for, what is secret masked. */
export function settingsOf({ settings, given }: Template): Record<string, unknown> {
  const all: Readonly<Record<string, unknown>> = shownSettings(SETTINGS, settings);
  return Object.fromEntries(given.map((name) => [name, all[name]]));
}

/** What an endpoint that is given these settings gets from the template, in the form of a request. */
export function inheritedBy(
  template: Template,
  asked: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const { contractOptions, ...settings } = settingsOf(template);
  const isOther = asked.contract !== undefined && asked.contract !== template.settings.contract;
  return { ...settings, ...(isOther ? {} : { contractOptions }) };
}

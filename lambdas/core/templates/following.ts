import type { Endpoint } from '../endpoints/endpoint.ts';
import { SHARED_SETTINGS } from '../endpoints/settings/all.ts';
import { type Template, withoutInherited, withTemplate } from './template.ts';

/**
 * Makes an endpoint inherit from a template. It never inherits the contract, which must not change. It inherits the
 * contract's options only if it has the template's contract.
 * @param given the names of the settings that were given to the endpoint itself
 */
export function following(endpoint: Endpoint, template: Template, given: Iterable<string>) {
  const names = new Set(given);
  names.add('contract');
  if (endpoint.contract !== template.settings.contract) names.add('contractOptions');
  const own = [...names].filter((name) => SHARED_SETTINGS.has(name)).sort();
  return withTemplate(withoutInherited({ ...endpoint, template: template.id, own }), template);
}

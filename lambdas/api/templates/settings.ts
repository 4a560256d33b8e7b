// A template's settings: read, stored, changed, and compared with those of its followers.
import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import { SETTINGS, SHARED_SETTINGS } from '../../core/endpoints/settings/all.ts';
import { keptSettings } from '../../core/endpoints/settings/setting.ts';
import type { EndpointStore } from '../../core/endpoints/store.ts';
import { type Fault, faultsUnder } from '../../core/problem.ts';
import type { Scope } from '../../core/scope.ts';
import type { SealingKeys } from '../../core/sealing/seal.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import { faultsTogether, readTemplateSettings } from '../../core/templates/input.ts';
import { type Template, withoutInherited, withTemplate } from '../../core/templates/template.ts';
import type { TransformVersions } from '../../core/transforms/transform.ts';
import type { AppContext } from '../../http/authentication.ts';
import { refused } from '../../http/body.ts';
import { ensureKeysFor, type SigningKeyPorts } from '../signing/keyring.ts';
import { operatorsOptionFaults, refuseTransform, settingsAsAsked } from '../stored-settings.ts';
import { followersOf, settingsOf } from './lookup.ts';

export interface TemplateSettingsPorts extends SigningKeyPorts {
  readonly registry: Pick<EndpointStore, 'listEndpoints'> &
    Pick<TransformVersions, 'keepTransform'>;
  readonly surroundings: Surroundings;
}

/** @throws Problem 422 */
export function readSettings(asked: Readonly<Record<string, unknown>>, before?: Template) {
  const { input, faults } = readTemplateSettings(asked, before?.settings.authentication);
  if (!input || faults.length > 0) throw refused(faultsUnder('/settings', faults));
  return input;
}

/** @throws Problem 422 */
export async function keptTemplateSettings(
  c: AppContext,
  ports: TemplateSettingsPorts,
  place: Scope & { readonly id: string },
  asked: Readonly<Record<string, unknown>>,
  before?: Template,
): Promise<Pick<Template, 'settings' | 'given'>> {
  const input = readSettings(asked, before);
  const faults = operatorsOptionFaults(c, input, [before?.settings]);
  if (faults.length > 0) throw refused(faultsUnder('/settings', faults));
  await refuseTransform(input.transform, '/settings/transform');
  const sealingKey = await ports.secrets.sealingKey();
  const all = keptSettings(SETTINGS, input, {
    contract: input.contract,
    place,
    sealingKey,
    random: ports.surroundings.random,
    before: before?.settings,
    nowMs: ports.surroundings.now(),
  });
  if (all.transform) await ports.registry.keepTransform(place, all.transform);
  const given = new Set([...Object.keys(asked), 'contract', 'contractOptions']);
  const chosen = Object.entries(all).filter(
    ([name]) => given.has(name) && SHARED_SETTINGS.has(name),
  );
  const { contract, contractOptions } = all;
  // Its followers may be of either kind.
  const { tenant, environment } = place;
  await ensureKeysFor(ports, { ...all, tenant, environment, signingKey: 'tenant' });
  await ensureKeysFor(ports, { ...all, tenant, environment });
  return {
    settings: { ...Object.fromEntries(chosen), contract, contractOptions },
    given: [...given].sort(),
  };
}

/** Why an endpoint's own settings do not go with the template's, if they do not. */
export function faultsWith(
  template: Template,
  follower: Endpoint,
  sealingKey: SealingKeys,
): readonly Fault[] {
  const after = withTemplate(withoutInherited(follower), template);
  return faultsTogether(settingsAsAsked(after, SHARED_SETTINGS, sealingKey));
}

/** Followers whose own settings do not go with the template's. */
export async function conflicts(
  ports: TemplateSettingsPorts,
  template: Template,
): Promise<Fault[]> {
  const sealingKey = await ports.secrets.sealingKey();
  const faults: Fault[] = [];
  for (const follower of await followersOf(ports.registry, template)) {
    for (const fault of faultsWith(template, follower, sealingKey)) {
      const message = `conflicts with ${follower.id}: ${fault.message}`;
      faults.push({ path: `/settings${fault.path}`, message });
    }
  }
  return faults;
}

/** The settings as they are to be, in the form of a request. @throws Problem 422 */
export function merged(
  template: Template,
  changes: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const asked = settingsOf(template);
  for (const [name, value] of Object.entries(changes)) {
    if (name === 'contract' && value !== template.settings.contract) {
      const message = 'cannot be changed: create another template';
      throw refused([{ path: '/settings/contract', message }]);
    }
    if (value === null && SHARED_SETTINGS.has(name)) delete asked[name];
    else asked[name] = value;
  }
  return asked;
}

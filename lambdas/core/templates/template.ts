// Templates: named sets of settings that endpoints inherit. An endpoint with a template is stored with its own settings
// only. The inherited ones are added whenever it is read, so that a changed template takes effect for all its endpoints
// at once and nothing has to be rewritten.
import type { Endpoint } from '../endpoints/endpoint.ts';
import type { SharedSetting } from '../endpoints/settings/all.ts';
import { DEFAULTS } from '../endpoints/settings/defaults.ts';
import type { Scope } from '../scope.ts';

/**
 * The settings that templates share, spelled out where their schemas are not needed: a setting that is not each
 * endpoint's own has its line here. What is not among them, such as a member that newer code stored, is kept.
 */
const SHARED: Readonly<Record<SharedSetting, true>> = {
  contract: true,
  contractOptions: true,
  eventTypes: true,
  channels: true,
  filter: true,
  transform: true,
  method: true,
  headers: true,
  timeoutMs: true,
  retryPolicy: true,
  autoPause: true,
  maxPerSecond: true,
  polling: true,
  description: true,
  signatures: true,
  ownSignature: true,
  encryption: true,
  authentication: true,
  renameHeaders: true,
  timingHeaders: true,
};

export interface Template extends Scope {
  readonly id: string;
  readonly name: string;
  /** In the stored form of endpoints' settings. Endpoints decide settings that are not given. */
  readonly settings: Partial<Endpoint> & Pick<Endpoint, 'contract' | 'contractOptions'>;
  /** The names of the settings that were given. A given default is not stored in `settings`, but still inherited. */
  readonly given: readonly string[];
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** Counts changes from 1. */
  readonly version: number;
  /** Random: two changes to the same are two plans. */
  readonly writer?: string;
  readonly deletedAtMs?: number;
}

/** An endpoint as it is stored: without what it inherits. */
export function withoutInherited(endpoint: Endpoint, shared: object = SHARED): Endpoint {
  if (endpoint.template === undefined) return endpoint;
  const own = new Set(endpoint.own);
  const kept = Object.entries(endpoint).filter(
    ([name]) => !Object.hasOwn(shared, name) || own.has(name),
  );
  // `withTemplate` adds the properties that are left out here.
  return Object.fromEntries(kept) as unknown as Endpoint;
}

/** An endpoint as it counts: its own settings, then its template's, then the defaults. */
export function withTemplate(
  stored: Endpoint,
  template: Template | undefined,
  shared: object = SHARED,
): Endpoint {
  if (stored.template === undefined) return stored;
  const own = new Set(stored.own);
  const { authentication, ...settings } = template?.settings ?? {};
  const sealed = authentication?.map((one) => ({ ...one, sealedFor: template?.id }));
  const inherited = Object.entries({
    ...DEFAULTS,
    ...settings,
    ...(sealed ? { authentication: sealed } : {}),
  }).filter(([name]) => Object.hasOwn(shared, name) && !own.has(name));
  return { ...stored, ...Object.fromEntries(inherited) };
}

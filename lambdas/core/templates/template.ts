// Templates: named settings that endpoints are made from and follow. An endpoint that follows one keeps
// its own settings only; the others are put in whenever it is read, so that a changed template counts
// for all its followers at once and nothing has to be rewritten.
import type { Endpoint } from '../endpoints/endpoint.ts';
import type { Scope } from '../scope.ts';

/**
 * The settings that a template may hold: all of an endpoint's but for what tells endpoints apart or is
 * proved for one of them. Spelled out, since this is read where endpoints' schemas are not needed.
 */
export const SHARED_SETTINGS: ReadonlySet<string> = new Set([
  'contract',
  'contractOptions',
  'eventTypes',
  'channels',
  'filter',
  'method',
  'headers',
  'timeoutMs',
  'retryPolicy',
  'autoPause',
  'maxPerSecond',
  'polling',
  'description',
  'signatures',
  'ownSignature',
  'encryption',
  'authentication',
  'renameHeaders',
  'timingHeaders',
]);
/** What each endpoint has for itself. */
export const UNSHARED_SETTINGS: ReadonlySet<string> = new Set([
  'url',
  'secret',
  'token',
  'tls',
  'template',
  'verifyUrl',
]);

export interface Template extends Scope {
  readonly id: string;
  readonly name: string;
  /** In the form in which endpoints keep theirs; what is not given is left to the endpoint. */
  readonly settings: Partial<Endpoint> & Pick<Endpoint, 'contract' | 'contractOptions'>;
  /** The names of those that were given: a default that was is kept as nothing, and counts. */
  readonly given: readonly string[];
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  /** Counts changes from 1. */
  readonly version: number;
  readonly deletedAtMs?: number;
}

/** What counts where neither the endpoint nor its template says anything. */
const DEFAULTS: Partial<Endpoint> = {
  contractOptions: {},
  eventTypes: [],
  channels: [],
  method: 'POST',
  headers: {},
  timeoutMs: 10_000,
  autoPause: true,
  description: '',
};

/** An endpoint as it is stored: without what it inherits. */
export function withoutInherited(endpoint: Endpoint): Endpoint {
  if (endpoint.template === undefined) return endpoint;
  const own = new Set(endpoint.own);
  const kept = Object.entries(endpoint).filter(
    ([name]) => !SHARED_SETTINGS.has(name) || own.has(name),
  );
  // What is left out here is what `withTemplate` puts in.
  return Object.fromEntries(kept) as unknown as Endpoint;
}

/** An endpoint as it counts: its own settings, then its template's, then the defaults. */
export function withTemplate(stored: Endpoint, template: Template | undefined): Endpoint {
  if (stored.template === undefined) return stored;
  const own = new Set(stored.own);
  const { authentication, ...settings } = template?.settings ?? {};
  const sealed = authentication?.map((one) => ({ ...one, sealedFor: template?.id }));
  const inherited = Object.entries({
    ...DEFAULTS,
    ...settings,
    ...(sealed ? { authentication: sealed } : {}),
  }).filter(([name]) => !own.has(name));
  return { ...stored, ...Object.fromEntries(inherited) };
}

/**
 * Makes an endpoint follow a template. Its contract is its own in any case, so that it never changes;
 * options belong to their contract, and are its own where that is another one than the template's.
 * @param given the names of the settings that were given to the endpoint itself
 */
export function following(endpoint: Endpoint, template: Template, given: Iterable<string>) {
  const names = new Set(given);
  names.add('contract');
  if (endpoint.contract !== template.settings.contract) names.add('contractOptions');
  const own = [...names].filter((name) => SHARED_SETTINGS.has(name)).sort();
  return withTemplate(withoutInherited({ ...endpoint, template: template.id, own }), template);
}

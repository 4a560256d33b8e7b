// Templates: named settings that endpoints are made from and follow. An endpoint that follows one keeps
// its own settings only; the others are put in whenever it is read, so that a changed template counts
// for all its followers at once and nothing has to be rewritten.
import type { Endpoint } from '../endpoints/endpoint.ts';
import type { SharedSetting } from '../endpoints/settings/all.ts';
import { DEFAULTS } from '../endpoints/settings/defaults.ts';
import type { Scope } from '../scope.ts';

/**
 * What an endpoint never inherits: what tells it from others or is proved for it alone. Spelled out, since this is
 * read where the settings' schemas are not needed; a setting that templates do not share has its line here.
 */
const NOT_INHERITED: Readonly<Record<Exclude<keyof Endpoint, SharedSetting>, true>> = {
  id: true,
  tenant: true,
  environment: true,
  url: true,
  token: true,
  sealedToken: true,
  sealedSecrets: true,
  maskedSecret: true,
  retiringSecrets: true,
  tls: true,
  template: true,
  own: true,
  verifyUrl: true,
  verifiedAtMs: true,
  createdAtMs: true,
  deletedAtMs: true,
  version: true,
};

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

/** An endpoint as it is stored: without what it inherits. */
export function withoutInherited(endpoint: Endpoint): Endpoint {
  if (endpoint.template === undefined) return endpoint;
  const own = new Set(endpoint.own);
  const kept = Object.entries(endpoint).filter(
    ([name]) => Object.hasOwn(NOT_INHERITED, name) || own.has(name),
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

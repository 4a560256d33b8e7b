// From what was asked for an endpoint to what is kept of it, and back.
import { isDeepStrictEqual } from 'node:util';
import { contractOf } from '../../core/contracts/all.ts';
import type { Endpoint, EndpointInput } from '../../core/endpoints/endpoint.ts';
import type { Scope } from '../../core/scope.ts';
import { secretPlace } from '../../core/sealing/places.ts';
import { type SealingKeys, unseal } from '../../core/sealing/seal.ts';
import { isAsymmetric } from '../../core/signing/asymmetric-secret.ts';
import { keptExtras } from './extras.ts';

/** Everything of an endpoint that its owner chooses, but for its secret. */
export type EndpointSettings = Omit<
  Endpoint,
  | 'id'
  | keyof Scope
  | 'sealedSecrets'
  | 'maskedSecret'
  | 'retiringSecrets'
  | 'createdAtMs'
  | 'version'
  | 'template'
  | 'own'
  | 'verifyUrl'
  | 'verifiedAtMs'
>;

/**
 * @param random gives new random bytes at each call
 * @param before what is changed: authentication that is given as it is shown stays as it is, and the token
 */
export function keptSettings(
  input: EndpointInput,
  place: Scope & { readonly id: string },
  sealingKey: SealingKeys,
  random: (bytes: number) => Uint8Array,
  before?: Pick<Partial<Endpoint>, 'authentication' | 'token' | 'sealedToken'>,
): EndpointSettings {
  const { authentication, ...extras } = keptExtras(input, place, sealingKey, random);
  const kept = authentication?.map((entry, index) => {
    const isAsShown = ({ shown }: { shown: object }): boolean =>
      isDeepStrictEqual(shown, input.authentication[index]);
    return before?.authentication?.find(isAsShown) ?? entry;
  });
  return {
    url: input.url,
    contract: input.contract,
    contractOptions: contractOf(input.contract).optionsSchema.parse(input.contractOptions),
    eventTypes: input.eventTypes,
    channels: input.channels,
    ...(input.filter === undefined ? {} : { filter: input.filter }),
    method: input.method,
    headers: input.headers,
    timeoutMs: input.timeoutMs,
    ...(input.retryPolicy === undefined ? {} : { retryPolicy: input.retryPolicy }),
    autoPause: input.autoPause,
    ...(input.maxPerSecond === undefined ? {} : { maxPerSecond: input.maxPerSecond }),
    ...(input.polling ? { polling: true } : {}),
    description: input.description,
    ...extras,
    ...(before?.sealedToken === undefined
      ? {}
      : { sealedToken: before.sealedToken, ...tokenOf(before) }),
    ...(kept ? { authentication: kept } : {}),
  };
}

function tokenOf({ token }: Pick<Partial<Endpoint>, 'token'>) {
  return token === undefined ? {} : { token };
}

/**
 * An endpoint in the form in which it is asked for, to be checked together with changes. What is sealed
 * stands there as it is shown, but for an asymmetric secret, which some settings do not go with.
 */
export function settingsAsAsked(
  endpoint: Endpoint,
  names: ReadonlySet<string>,
  sealingKey: SealingKeys,
): Record<string, unknown> {
  // Certificates are checked when they are given: in time they expire, and other settings must change.
  const chosen = Object.entries(endpoint).filter(([name]) => names.has(name) && name !== 'tls');
  const secret = unseal(sealingKey, secretPlace(endpoint), endpoint.sealedSecrets[0] ?? '');
  return {
    ...Object.fromEntries(chosen),
    authentication: (endpoint.authentication ?? []).map(({ shown }) => shown),
    ...(isAsymmetric(secret) ? { secret } : {}),
  };
}

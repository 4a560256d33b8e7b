// Every sealed value of an endpoint with its place: to know which version of the key it needs, and to reseal it.
import { defined } from '../defined.ts';
import type { Endpoint } from '../endpoints/endpoint.ts';
import { authenticationPlace, clientKeyPlace, secretPlace, tokenPlace } from '../sealing/places.ts';
import { type SealingKeys, type SealPlace, seal, unseal, versionOf } from '../sealing/seal.ts';
import { keyPlace } from '../signing/key-input.ts';
import type { Keyring, StoredKeyring } from '../signing/keys.ts';
import type { Template } from '../templates/template.ts';

export function sealedValuesOf(endpoint: Endpoint): string[] {
  return [
    ...endpoint.sealedSecrets,
    ...(endpoint.sealedToken === undefined ? [] : [endpoint.sealedToken]),
    ...(endpoint.retiringSecrets ?? []).map(({ sealed }) => sealed),
    ...(endpoint.authentication ?? []).map(({ sealedValue }) => sealedValue),
    ...(endpoint.tls?.sealedClientKey === undefined ? [] : [endpoint.tls.sealedClientKey]),
  ];
}

export function isSealedUnder(values: readonly string[], version: number): boolean {
  return values.every((sealed) => versionOf(sealed) === version);
}

export interface Resealing {
  readonly keys: SealingKeys;
  /** 12 new random bytes at each call. */
  readonly nonce: () => Uint8Array;
}

/** Whether all of it is sealed under this version; a token from before tokens were sealed is open. */
export function isSealedWhole(endpoint: Endpoint, version: number): boolean {
  return endpoint.token === undefined && isSealedUnder(sealedValuesOf(endpoint), version);
}

/** @throws SealBrokenError if one of its values does not open */
export function resealedEndpoint(endpoint: Endpoint, resealing: Resealing): Endpoint {
  const again = (sealed: string, place: SealPlace) => resealed(sealed, place, resealing);
  const { token, ...rest } = endpoint;
  const { retiringSecrets, authentication, tls, sealedToken } = rest;
  return defined({
    ...rest,
    sealedToken:
      sealedToken === undefined
        ? token && seal(resealing.keys, tokenPlace(endpoint), token, resealing.nonce())
        : again(sealedToken, tokenPlace(endpoint)),
    sealedSecrets: endpoint.sealedSecrets.map((sealed) => again(sealed, secretPlace(endpoint))),
    retiringSecrets: retiringSecrets?.map((one) => ({
      ...one,
      sealed: again(one.sealed, secretPlace(endpoint)),
    })),
    authentication: authentication?.map((one) => ({
      ...one,
      sealedValue: again(one.sealedValue, authenticationPlace(endpoint, one.sealedFor)),
    })),
    tls:
      tls?.sealedClientKey === undefined
        ? tls
        : { ...tls, sealedClientKey: again(tls.sealedClientKey, clientKeyPlace(endpoint)) },
  });
}

export function sealedValuesOfTemplate({ settings }: Template): string[] {
  return (settings.authentication ?? []).map(({ sealedValue }) => sealedValue);
}

/** @throws SealBrokenError if one of its values does not open */
export function resealedTemplate(template: Template, resealing: Resealing): Template {
  const { authentication } = template.settings;
  if (!authentication) return template;
  const again = authentication.map((one) => ({
    ...one,
    sealedValue: resealed(one.sealedValue, authenticationPlace(template), resealing),
  }));
  return { ...template, settings: { ...template.settings, authentication: again } };
}

/** @throws SealBrokenError if one of the keys does not open */
export function resealedKeyring({ owner, keys }: StoredKeyring, resealing: Resealing): Keyring {
  return keys.map((key) => ({
    ...key,
    sealedPrivateKey: resealed(key.sealedPrivateKey, keyPlace(key.id, owner), resealing),
  }));
}

function resealed(sealed: string, place: SealPlace, { keys, nonce }: Resealing): string {
  if (versionOf(sealed) === keys.current) return sealed;
  return seal(keys, place, unseal(keys, place, sealed), nonce());
}

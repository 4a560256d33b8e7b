// Every sealed value of an endpoint, with the place where it belongs: to know what it was sealed under,
// and to seal it anew.
import type { Endpoint } from './endpoint.ts';
import { type SealingKeys, type SealPlace, seal, unseal, versionOf } from './sealing.ts';
import { authenticationPlace, clientKeyPlace, secretPlace, tokenPlace } from './sealing-places.ts';
import { keyPlace } from './signing-key-input.ts';
import type { Keyring } from './signing-keys.ts';

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

/** Whether nothing of it needs another version, or stands there open from before it was sealed. */
export function isSealedWhole(endpoint: Endpoint, version: number): boolean {
  return endpoint.token === undefined && isSealedUnder(sealedValuesOf(endpoint), version);
}

/** @throws SealBrokenError if one of its values does not open */
export function resealedEndpoint(endpoint: Endpoint, resealing: Resealing): Endpoint {
  const again = (sealed: string, place: SealPlace) => resealed(sealed, place, resealing);
  const { token, ...rest } = endpoint;
  const { retiringSecrets, authentication, tls, sealedToken } = rest;
  return {
    ...rest,
    ...(token !== undefined && {
      sealedToken: seal(resealing.keys, tokenPlace(endpoint), token, resealing.nonce()),
    }),
    ...(sealedToken !== undefined && { sealedToken: again(sealedToken, tokenPlace(endpoint)) }),
    sealedSecrets: endpoint.sealedSecrets.map((sealed) => again(sealed, secretPlace(endpoint))),
    ...(retiringSecrets && {
      retiringSecrets: retiringSecrets.map((one) => ({
        ...one,
        sealed: again(one.sealed, secretPlace(endpoint)),
      })),
    }),
    ...(authentication && {
      authentication: authentication.map((one) => ({
        ...one,
        sealedValue: again(one.sealedValue, authenticationPlace(endpoint)),
      })),
    }),
    ...(tls?.sealedClientKey !== undefined && {
      tls: { ...tls, sealedClientKey: again(tls.sealedClientKey, clientKeyPlace(endpoint)) },
    }),
  };
}

/** @throws SealBrokenError if one of the keys does not open */
export function resealedKeyring(keyring: Keyring, resealing: Resealing): Keyring {
  return keyring.map((key) => ({
    ...key,
    sealedPrivateKey: resealed(key.sealedPrivateKey, keyPlace(key.id), resealing),
  }));
}

function resealed(sealed: string, place: SealPlace, { keys, nonce }: Resealing): string {
  if (versionOf(sealed) === keys.current) return sealed;
  return seal(keys, place, unseal(keys, place, sealed), nonce());
}

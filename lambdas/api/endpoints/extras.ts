// From what was asked for an endpoint to what is kept of it: defaults left out, values sealed.
import { headerOf, shownOf } from '../../core/endpoints/authentication.ts';
import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import type { EndpointExtras, EndpointExtrasInput } from '../../core/endpoints/extras.ts';
import { tlsView } from '../../core/endpoints/tls.ts';
import { createToken } from '../../core/identifiers.ts';
import type { Scope } from '../../core/scope.ts';
import { authenticationPlace, tokenPlace } from '../../core/sealing/places.ts';
import { type SealingKeys, seal } from '../../core/sealing/seal.ts';
import { NONCE_BYTES } from './secrets.ts';
import { keptTls } from './tls.ts';

const TOKEN_BYTES = 32;

/** @param random gives new random bytes at each call */
export function keptExtras(
  input: EndpointExtrasInput,
  place: Scope & { readonly id: string },
  sealingKey: SealingKeys,
  random: (bytes: number) => Uint8Array,
): EndpointExtras {
  const authentication = input.authentication.map((given) => {
    const [name, value] = headerOf(given);
    const sealedValue = seal(sealingKey, authenticationPlace(place), value, random(NONCE_BYTES));
    return { name, sealedValue, shown: shownOf(given) };
  });
  const token = input.token ?? createToken(random(TOKEN_BYTES));
  return {
    sealedToken: seal(sealingKey, tokenPlace(place), token, random(NONCE_BYTES)),
    token,
    ...(input.signatures.length === 0 ? {} : { signatures: input.signatures }),
    ...(input.ownSignature ? {} : { ownSignature: false }),
    ...(input.encryption === undefined ? {} : { encryption: input.encryption }),
    ...(authentication.length === 0 ? {} : { authentication }),
    ...(Object.keys(input.renameHeaders).length === 0
      ? {}
      : { renameHeaders: input.renameHeaders }),
    ...(input.timingHeaders ? { timingHeaders: true } : {}),
    ...(input.tls === undefined
      ? {}
      : { tls: keptTls(input.tls, place, sealingKey, random(NONCE_BYTES)) }),
  };
}

export function extrasView(endpoint: Partial<Endpoint>) {
  return {
    token: endpoint.token ?? null,
    signatures: endpoint.signatures ?? [],
    ownSignature: endpoint.ownSignature ?? true,
    encryption: endpoint.encryption ?? null,
    authentication: (endpoint.authentication ?? []).map(({ shown }) => shown),
    renameHeaders: endpoint.renameHeaders ?? {},
    timingHeaders: endpoint.timingHeaders ?? false,
    tls: tlsView(endpoint.tls),
  };
}

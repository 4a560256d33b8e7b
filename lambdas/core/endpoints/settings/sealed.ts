// Settings that are stored sealed: values of authentication headers, a certificate's key, the token.
import { isDeepStrictEqual } from 'node:util';
import { defined } from '../../defined.ts';
import type { EndpointTlsInput, KeptTls } from '../../destinations/http/tls.ts';
import { createToken } from '../../identifiers.ts';
import { authenticationPlace, clientKeyPlace, tokenPlace } from '../../sealing/places.ts';
import { NONCE_BYTES, seal } from '../../sealing/seal.ts';
import {
  type Authentication,
  headerOf,
  type SealedAuthentication,
  shownOf,
} from '../authentication.ts';
import type { Keeping } from './setting.ts';

const TOKEN_BYTES = 32;

/** A value that is given in its masked form, as answers show it, keeps its stored value. */
export function keptAuthentication(
  given: readonly Authentication[],
  { place, sealingKey, random, before }: Keeping,
): readonly SealedAuthentication[] {
  return given.map((one) => {
    const same = before?.authentication?.find(({ shown }) => isDeepStrictEqual(shown, one));
    if (same) return same;
    const [name, value] = headerOf(one);
    const sealedValue = seal(sealingKey, authenticationPlace(place), value, random(NONCE_BYTES));
    return { name, sealedValue, shown: shownOf(one) };
  });
}

export function keptTls(
  given: EndpointTlsInput | undefined,
  { place, sealingKey, random }: Keeping,
): KeptTls | undefined {
  if (!given) return undefined;
  const { ca, clientCertificate, clientKey, minVersion } = given;
  return defined({
    ca,
    clientCertificate,
    sealedClientKey:
      clientKey && seal(sealingKey, clientKeyPlace(place), clientKey, random(NONCE_BYTES)),
    minVersion,
  });
}

/** @param token the given one; without it, a new one is created */
export function keptToken(
  { place, sealingKey, random }: Pick<Keeping, 'place' | 'sealingKey' | 'random'>,
  token = createToken(random(TOKEN_BYTES)),
): { readonly sealedToken: string; readonly token: string } {
  return { sealedToken: seal(sealingKey, tokenPlace(place), token, random(NONCE_BYTES)), token };
}

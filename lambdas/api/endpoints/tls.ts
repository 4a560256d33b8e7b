// From the certificates that were asked for to what is kept of them: the key sealed, the rest as it came.
import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import {
  type EndpointTlsInput,
  type KeptTls,
  untimelyCertificates,
} from '../../core/endpoints/tls.ts';
import type { Scope } from '../../core/scope.ts';
import { clientKeyPlace } from '../../core/sealing/places.ts';
import { type SealingKeys, seal, unseal } from '../../core/sealing/seal.ts';
import { refused } from '../../http/body.ts';

export function keptTls(
  { ca, clientCertificate, clientKey, minVersion }: EndpointTlsInput,
  place: Scope & { readonly id: string },
  sealingKey: SealingKeys,
  nonce: Uint8Array,
): KeptTls {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(clientCertificate === undefined ? {} : { clientCertificate }),
    ...(clientKey === undefined
      ? {}
      : { sealedClientKey: seal(sealingKey, clientKeyPlace(place), clientKey, nonce) }),
    minVersion,
  };
}

/** @throws Problem 422 for certificates that have expired, or are not valid yet */
export function refuseUntimely(tls: EndpointTlsInput | undefined, nowMs: number): void {
  const faults = tls ? untimelyCertificates(tls, nowMs) : [];
  if (faults.length > 0) throw refused(faults);
}

/** A certificate that is renewed under the same key comes without it: the kept one is put in. */
export function tlsAsAsked(before: Endpoint, asked: unknown, sealingKey: SealingKeys): unknown {
  const sealed = before.tls?.sealedClientKey;
  const isObject = typeof asked === 'object' && asked !== null;
  const lacksKey = isObject && 'clientCertificate' in asked && !('clientKey' in asked);
  if (!lacksKey || sealed === undefined) return asked;
  return { ...asked, clientKey: unseal(sealingKey, clientKeyPlace(before), sealed) };
}

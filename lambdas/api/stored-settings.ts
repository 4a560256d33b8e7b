// An endpoint's stored settings in the form of a request, and what a request can only be checked for here.
import { contractOf } from '../core/contracts/all.ts';
import { askedAddress } from '../core/destinations/destination.ts';
import { type EndpointTlsInput, untimelyCertificates } from '../core/destinations/http/tls.ts';
import type { Endpoint } from '../core/endpoints/endpoint.ts';
import type { Fault } from '../core/problem.ts';
import { clientKeyPlace, secretPlace } from '../core/sealing/places.ts';
import { type SealingKeys, unseal } from '../core/sealing/seal.ts';
import { isAsymmetric } from '../core/signing/asymmetric-secret.ts';
import { shownTransform, type TransformInput } from '../core/transforms/transform.ts';
import type { AppContext } from '../http/authentication.ts';
import { refused } from '../http/body.ts';

/**
 * An endpoint in the form of a request, to be checked together with changes. Sealed values are masked, as answers
 * show them, except an asymmetric secret, because some settings conflict with it.
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
    ...askedAddress(endpoint.destination),
    authentication: (endpoint.authentication ?? []).map(({ shown }) => shown),
    ...(endpoint.transform ? { transform: shownTransform(endpoint.transform) } : {}),
    ...(isAsymmetric(secret) ? { secret } : {}),
  };
}

/**
 * Options that are the operator's to set, where another key sets them to what they were not.
 * @param known settings that they may stand in already
 */
export function operatorsOptionFaults(
  c: AppContext,
  { contract, contractOptions }: Pick<Endpoint, 'contract' | 'contractOptions'>,
  known: readonly (Pick<Endpoint, 'contractOptions'> | undefined)[],
): Fault[] {
  if (c.var.principal.kind === 'operator') return [];
  const valueIn = (options: unknown, name: string): unknown =>
    new Map<string, unknown>(Object.entries(options ?? {})).get(name);
  return (contractOf(contract).operatorsOptions ?? []).flatMap((name) => {
    const value = valueIn(contractOptions, name);
    const isKnown = known.some((one) => valueIn(one?.contractOptions, name) === value);
    if (value === undefined || isKnown) return [];
    return [
      { path: `/contractOptions/${name}`, message: 'can be set with the operator’s key only' },
    ];
  });
}

/** @throws Problem 422 for certificates that have expired, or are not valid yet */
export function refuseUntimely(tls: EndpointTlsInput | undefined, nowMs: number): void {
  const faults = tls ? untimelyCertificates(tls, nowMs) : [];
  if (faults.length > 0) throw refused(faults);
}

/** What can only be told once the parser is loaded. @throws Problem 422, with the fault under the setting’s path */
export async function refuseTransform(
  transform: Pick<TransformInput, 'source'> | undefined,
  path: string,
): Promise<void> {
  if (!transform) return;
  const { faultOfSource } = await import('#on-demand/transforms');
  const message = faultOfSource(transform.source);
  if (message !== undefined) throw refused([{ path: `${path}/source`, message }]);
}

/** A certificate that is renewed under the same key comes without it: the kept one is put in. */
export function tlsAsAsked(before: Endpoint, asked: unknown, sealingKey: SealingKeys): unknown {
  const sealed = before.tls?.sealedClientKey;
  const isObject = typeof asked === 'object' && asked !== null;
  const lacksKey = isObject && 'clientCertificate' in asked && !('clientKey' in asked);
  if (!lacksKey || sealed === undefined) return asked;
  return { ...asked, clientKey: unseal(sealingKey, clientKeyPlace(before), sealed) };
}

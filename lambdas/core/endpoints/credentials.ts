// Where credentials may go: where the request that gave them sent them, and nowhere else without the scope
// `secrets:write`. Otherwise whoever may change a URL could have the kept ones sent to a host of their own.
import { kindOf } from '../destinations/destination.ts';
import type { Endpoint } from './endpoint.ts';

/**
 * Whether an endpoint sends credentials to a place that they were not given for: kept ones to another origin, or a
 * template's to an endpoint that did not have them.
 * @param before what it was; undefined for a new one
 * @param isKeyGiven whether a client key comes with the request
 */
export function movesCredentials(
  before: Endpoint | undefined,
  after: Endpoint,
  isKeyGiven: boolean,
): boolean {
  const known = before ? originsOf(before) : [];
  const isSameOrigin = originsOf(after).every((origin) => known.includes(origin));
  const had = new Set(before?.authentication?.map(({ sealedValue }) => sealedValue));
  const isMoved = after.authentication?.some(({ sealedValue, sealedFor }) =>
    had.has(sealedValue) ? !isSameOrigin : sealedFor !== undefined,
  );
  return isMoved || (!isSameOrigin && !isKeyGiven && after.tls?.sealedClientKey !== undefined);
}

const originsOf = ({ destination }: Endpoint): readonly string[] =>
  kindOf(destination).origins(destination);

// The headers of a request as the log and tests show them: signatures in full, credentials masked.

import type { LastRequest } from '../deliveries/delivery.ts';
import { maskedCredential } from '../endpoints/authentication.ts';
import type { Headers } from '../headers/names.ts';

/** Names and values that give themselves away as credentials, wherever they were set. */
const SECRET_NAME =
  /^(proxy-)?authorization$|cookie|token|secret|passw|credential|api[-_]?key|access[-_]?key/i;
const SECRET_VALUE = /^(Bearer|Basic|Digest|Token|ApiKey) +\S/i;

/** What is kept of one header, and of all: the first come first. */
const MAX_VALUE_LENGTH = 512;
const MAX_LENGTH = 2_048;

/** What an endpoint's requests may hold of its credentials. */
interface WithCredentials {
  readonly endpoint: { readonly token?: string };
  /** The headers that its `authentication` sets, opened. */
  readonly authentication?: Headers;
}

export function shownHeaders(
  headers: Headers,
  { endpoint, authentication = [] }: WithCredentials,
): Headers {
  const secret = new Set(authentication.map(([name]) => name.toLowerCase()));
  return headers.map(([name, value]) => {
    const isSecret =
      secret.has(name.toLowerCase()) ||
      SECRET_NAME.test(name) ||
      SECRET_VALUE.test(value) ||
      value === endpoint.token;
    return [name, isSecret ? maskedCredential(value) : value];
  });
}

export function keptRequest(shown: Headers): LastRequest {
  const kept: (readonly [string, string])[] = [];
  let length = 0;
  let complete = true;
  for (const [name, value] of shown) {
    const cut = value.slice(0, MAX_VALUE_LENGTH);
    if (cut.length < value.length) complete = false;
    length += name.length + cut.length + 2;
    if (length > MAX_LENGTH) return { headers: kept, complete: false };
    kept.push([name, cut]);
  }
  return { headers: kept, complete };
}

/** What cannot be known otherwise: signatures and what was signed with them. */
export function signaturesOnly({ headers }: LastRequest): LastRequest {
  const signed = headers.filter(([name]) => /signature|timestamp|digest/i.test(name));
  return { headers: signed, complete: false };
}

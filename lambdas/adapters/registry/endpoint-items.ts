// Endpoints' items. Version 2 has a destination where version 1 had a URL; an item of version 1 is read as if it were
// of version 2, and written as one when its endpoint is changed.

import { defined } from '../../core/defined.ts';
import { isKnownKind } from '../../core/destinations/destination.ts';
import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import { NewerVersionError } from '../../core/errors.ts';
import { type Item, number } from '../aws/dynamodb/client.ts';
import { documentItem, documentOf } from '../items/documents.ts';
import { unlessDeleted } from '../items/page.ts';

const VERSION = 2;

type FirstVersion = Omit<Endpoint, 'destination'> & {
  readonly url: string;
  readonly verifiedAtMs?: number;
};

/** @throws NewerVersionError, also of a kind of destination that this code does not know */
export function endpointOf(item: Item | undefined): Endpoint | undefined {
  const stored = documentOf<Endpoint | FirstVersion>(item, VERSION);
  if (!stored) return undefined;
  const endpoint = 'url' in stored ? fromFirst(stored) : stored;
  if (isKnownKind(endpoint.destination)) return endpoint;
  throw new NewerVersionError(`a ${endpoint.destination.kind} destination`, VERSION + 1, VERSION);
}

export const listedEndpointOf = (item: Item | undefined): Endpoint | undefined =>
  unlessDeleted(endpointOf(item));

/** @param endpoint without what it inherits */
export function endpointItem(key: Item, endpoint: Endpoint): Item {
  return { ...documentItem(key, endpoint), v: number(VERSION) };
}

/** The text of an item of an older version, if it says the same as an endpoint that was read from it. */
export function olderDocument(item: Item | undefined, endpoint: Endpoint): string | undefined {
  const isSame = JSON.stringify(endpointOf(item)) === JSON.stringify(endpoint);
  return isSame ? item?.doc?.S : undefined;
}

function fromFirst({ url, verifiedAtMs, ...rest }: FirstVersion): Endpoint {
  return { ...rest, destination: { kind: 'http', urls: [defined({ url, verifiedAtMs })] } };
}

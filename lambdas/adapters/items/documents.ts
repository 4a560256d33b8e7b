// Keys and documents of the registry's items that more than one file reads.
import type { Scope } from '../../core/scope.ts';
import { scopeKey } from '../../core/scope.ts';
import type { Item } from '../aws/dynamodb/client.ts';
import { readable } from './version.ts';

export const endpointPartition = (scope: Scope): string => `${scopeKey(scope)}#endpoints`;

export const templatePartition = (scope: Scope): string => `${scopeKey(scope)}#templates`;

export const keyPartition = (scope: Scope): string => `${scopeKey(scope)}#keys`;

export const EVENT_TYPES_PARTITION = 'event-types';

/** The item that counts the changes to a scope's endpoints. Sorts before every endpoint id. */
export const VERSION_SORT_KEY = '#version';

/**
 * What an item holds as JSON; the registry alone writes it, from the same type.
 * @throws NewerVersionError
 */
export function documentOf<T>(item: Item | undefined): T | undefined {
  const doc = item && readable(item).doc?.S;
  return doc === undefined ? undefined : (JSON.parse(doc) as T);
}

// API keys as the registry keeps them.
import type { Page } from '../listing.ts';
import type { Scope } from '../scope.ts';
import type { ApiKey } from './api-key.ts';

export interface KeyStore {
  /** False if there is a key of this id already, which stays as it is. */
  putKey(key: ApiKey): Promise<boolean>;
  getKey(scope: Scope, id: string): Promise<ApiKey | undefined>;
  /** By id, oldest first; consistent. */
  listKeys(scope: Scope, limit: number, cursor?: string): Promise<Page<ApiKey>>;
  /** Changes nothing if it was revoked or removed in the meantime. */
  revokeKey(key: ApiKey, nowMs: number): Promise<void>;
  /** Removes a key, its hash and its name for good. */
  deleteKey(key: ApiKey): Promise<void>;
}

export interface KeyErasure {
  /** Removes the oldest keys of a scope for good. @returns how many there were, at most the limit */
  deleteKeys(scope: Scope, limit: number): Promise<number>;
}

/** What authentication needs of the keys. */
export interface KeyLookup {
  findKey(hash: string): Promise<ApiKey | undefined>;
  /** Notes that a key was used; an earlier time than the stored one changes nothing. */
  noteKeyUse(key: ApiKey, atMs: number): Promise<void>;
}

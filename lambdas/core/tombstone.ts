// What is remembered of something that was deleted, for as long as anything may ask for it.
import type { IdPrefix } from './identifiers.ts';
import type { Page } from './listing.ts';
import type { Scope } from './scope.ts';

export interface Tombstone extends Scope {
  readonly id: string;
  readonly deletedAtMs: number;
}

export interface Tombstones {
  /**
   * Puts the tombstone of something that is deleted, before it is removed itself: a tombstone counts only where that
   * is gone. @returns whether it is deleted
   */
  bury(thing: Omit<Tombstone, 'deletedAtMs'> & { readonly deletedAtMs?: number }): Promise<boolean>;
  findTombstones(refs: readonly (Scope & { readonly id: string })[]): Promise<readonly Tombstone[]>;
  /** By id, oldest first. */
  listTombstones(
    scope: Scope,
    kind: IdPrefix,
    limit: number,
    cursor?: string,
  ): Promise<Page<Tombstone>>;
}

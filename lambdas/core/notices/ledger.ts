// Where it is kept what there is to tell a tenant: marks, which whoever sees trouble leaves, and one book per tenant and
// environment, which alone decides what is told.
import type { Page } from '../listing.ts';
import type { EndpointAddress, Scope } from '../scope.ts';
import type { NoticeBook } from './book.ts';
import type { Mark, Sighting } from './mark.ts';

export interface NoticeMarks {
  /** Adds to the endpoint's mark. */
  mark(endpoint: EndpointAddress, seen: Sighting, nowMs: number): Promise<void>;
  listMarks(scope: Scope, limit: number, cursor?: string): Promise<Page<Mark>>;
  /** Takes a mark away, unless something was added since it was read. */
  dropMark(scope: Scope, mark: Mark): Promise<void>;
}

export interface NoticeBooks {
  getBook(scope: Scope): Promise<KeptBook>;
  /** Writes if nobody wrote since it was read: false otherwise. */
  putBook(scope: Scope, book: NoticeBook, seenVersion: number): Promise<boolean>;
  /** Removes some of what is kept, marks included. @returns how much */
  clearNotices(scope: Scope, limit: number): Promise<number>;
}

export interface NoticeLedger extends NoticeMarks, NoticeBooks {}

export interface KeptBook {
  readonly book: NoticeBook;
  /** Counts the writes; 0 if there was none. */
  readonly version: number;
}

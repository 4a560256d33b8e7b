// Sessions as the ledger keeps them.
import type { Page } from '../listing.ts';
import type { Scope } from '../scope.ts';
import type { Session, SessionPlace } from './session.ts';

/** What authentication needs of the sessions. */
export interface SessionLookup {
  findSession(place: SessionPlace): Promise<Session | undefined>;
}

export interface SessionStore extends SessionLookup {
  putSession(session: Session): Promise<void>;
  /** Oldest first; consistent. Some may have ended a while ago. */
  listSessions(scope: Scope, limit: number, cursor?: string): Promise<Page<Session>>;
  deleteSession(place: SessionPlace): Promise<void>;
}

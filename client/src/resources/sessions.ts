import { Listing } from '../listing.ts';
import type {
  ConsoleSession,
  ConsoleSessionInput,
  CreatedConsoleSession,
  CreatedPortalSession,
  PageQuery,
  PortalSession,
  PortalSessionInput,
  RevokedSessions,
} from '../models.ts';
import { type Api, answerOf } from '../transport.ts';

/** Who may open the portal and the console, and for how long. */
export class Sessions {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** Lets a person of the tenant into the portal. The only answer that holds the token, and the link with it. */
  createPortal(session: PortalSessionInput = {}): Promise<CreatedPortalSession> {
    return answerOf(this.#api.POST('/v1/portal-sessions', { body: session }));
  }

  /** The operator's key for a session of the console. */
  createConsole(session: ConsoleSessionInput = {}): Promise<CreatedConsoleSession> {
    return answerOf(this.#api.POST('/v1/console-sessions', { body: session }));
  }

  /** Those that have not ended, oldest first. */
  listPortal(query: PageQuery = {}): Listing<PortalSession> {
    return new Listing((cursor) =>
      answerOf(this.#api.GET('/v1/portal-sessions', { params: { query: pageOf(query, cursor) } })),
    );
  }

  listConsole(query: PageQuery = {}): Listing<ConsoleSession> {
    return new Listing((cursor) =>
      answerOf(this.#api.GET('/v1/console-sessions', { params: { query: pageOf(query, cursor) } })),
    );
  }

  /** @param id all of the tenant's environment without it */
  revokePortal(id?: string): Promise<RevokedSessions> {
    return answerOf(
      this.#api.DELETE('/v1/portal-sessions', {
        params: { query: id === undefined ? {} : { id } },
      }),
    );
  }

  /** @param id all without it, and the portal sessions that they made */
  revokeConsole(id?: string): Promise<RevokedSessions> {
    return answerOf(
      this.#api.DELETE('/v1/console-sessions', {
        params: { query: id === undefined ? {} : { id } },
      }),
    );
  }
}

function pageOf(query: PageQuery, cursor: string | undefined): PageQuery & { cursor?: string } {
  return { ...query, ...(cursor !== undefined && { cursor }) };
}

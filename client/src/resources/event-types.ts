import { Listing } from '../listing.ts';
import type { EventType, EventTypeInput, PageQuery } from '../models.ts';
import { type Api, answerOf } from '../transport.ts';

/** The catalogue. Changed with the operator's key only. */
export class EventTypes {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** Describes a type, or describes it anew. */
  put(name: string, type: EventTypeInput): Promise<EventType> {
    return answerOf(
      this.#api.PUT('/v1/event-types/{name}', { params: { path: { name } }, body: type }),
    );
  }

  get(name: string): Promise<EventType> {
    return answerOf(this.#api.GET('/v1/event-types/{name}', { params: { path: { name } } }));
  }

  /** By name. */
  list(query: PageQuery = {}): Listing<EventType> {
    return new Listing((cursor) =>
      answerOf(
        this.#api.GET('/v1/event-types', {
          params: { query: { ...query, ...(cursor !== undefined && { cursor }) } },
        }),
      ),
    );
  }

  async delete(name: string): Promise<void> {
    await answerOf(this.#api.DELETE('/v1/event-types/{name}', { params: { path: { name } } }));
  }
}

import { Listing } from '../listing.ts';
import type { EventType, EventTypeInput, PageQuery } from '../models.ts';
import { type Api, answerOf, ifMatching } from '../transport.ts';

/** The catalogue. Changed with the operator's key only. */
export class EventTypes {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /**
   * Describes a type, or describes it anew.
   * @param ifMatch the `ETag` of the version that is meant, as `etagOf` gives it
   */
  put(name: string, type: EventTypeInput, ifMatch?: string): Promise<EventType> {
    const params = { path: { name }, header: ifMatching(ifMatch) };
    return answerOf(this.#api.PUT('/v1/event-types/{name}', { params, body: type }));
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

  /** @param ifMatch the `ETag` of the version that is meant, as `etagOf` gives it */
  async delete(name: string, ifMatch?: string): Promise<void> {
    const params = { path: { name }, header: ifMatching(ifMatch) };
    await answerOf(this.#api.DELETE('/v1/event-types/{name}', { params }));
  }
}

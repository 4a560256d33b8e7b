import { randomUUID } from 'node:crypto';
import { Listing } from '../listing.ts';
import type {
  Accepted,
  BatchEventInput,
  Event,
  EventInput,
  EventQuery,
  EventWithData,
  EventWithDeliveries,
} from '../models.ts';
import { type Api, answerOf } from '../transport.ts';

export type BatchResult =
  | Accepted
  | { readonly error: { readonly status: number; readonly detail: string } };

export class Events {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** @param idempotencyKey without one a random one is sent, so that a retry makes no second event */
  send(event: EventInput, idempotencyKey?: string): Promise<Accepted> {
    return answerOf(
      this.#api.POST('/v1/events', {
        // JsonText is written out as it is.
        body: event as EventInput & { data: Record<string, unknown> },
        params: {
          header: idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey },
        },
      }),
    );
  }

  /** Up to 100, each with a result at its place. */
  async sendBatch(events: readonly BatchEventInput[]): Promise<BatchResult[]> {
    const keyed = events.map((event) => ({ idempotencyKey: randomUUID(), ...event }));
    const { results } = await answerOf(
      this.#api.POST('/v1/events/batch', {
        // JsonText is written out as it is.
        body: { events: keyed as (BatchEventInput & { data: Record<string, unknown> })[] },
        // The service does not read it: it tells the retries that each event has a key of its own.
        headers: { 'Idempotency-Key': 'each-event-has-its-own' },
      }),
    );
    return results;
  }

  /** Just after it was accepted it may not be stored yet: a `NotFoundError` with `retryAfterMs`. */
  get(id: string): Promise<EventWithDeliveries> {
    return answerOf(this.#api.GET('/v1/events/{id}', { params: { path: { id } } }));
  }

  /** Takes its data away, for good; the event and its deliveries stay. */
  redact(id: string): Promise<EventWithDeliveries> {
    return answerOf(this.#api.POST('/v1/events/{id}/redact', { params: { path: { id } } }));
  }

  /** Newest first. */
  list(query: EventQuery = {}): Listing<Event> {
    return new Listing((cursor) =>
      answerOf(
        this.#api.GET('/v1/events', {
          params: { query: { ...query, ...(cursor !== undefined && { cursor }) } },
        }),
      ),
    );
  }

  /** The latest event of a subject, of all types or of one. */
  latest(subject: string, type?: string): Promise<EventWithData> {
    return answerOf(
      this.#api.GET('/v1/subjects/{subject}/latest', {
        params: { path: { subject }, query: type === undefined ? {} : { type } },
      }),
    );
  }
}

import { randomUUID } from 'node:crypto';
import { Listing } from '../listing.ts';
import type {
  Accepted,
  AnyEvents,
  BatchEventInput,
  Event,
  EventInput,
  EventMap,
  EventOf,
  EventQuery,
  EventWithData,
  EventWithDeliveries,
} from '../models.ts';
import { type Api, answerOf, keyedBy, withDataText } from '../transport.ts';

export type BatchResult =
  | Accepted
  | { readonly error: { readonly status: number; readonly detail: string } };

/** `data` loses digits of long numbers where JavaScript parses it: its exact text is beside it. */
type Read<Base, M> = EventOf<Base, M> & { readonly dataText: string };

export class Events<M extends EventMap<M> = AnyEvents> {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** @param idempotencyKey without one a random one is sent, so that a retry makes no second event */
  send(event: EventInput<M>, idempotencyKey?: string): Promise<Accepted> {
    return answerOf(
      this.#api.POST('/v1/events', {
        // JsonText is written out as it is.
        body: event as Sent,
        params: { header: keyedBy(idempotencyKey) },
      }),
    );
  }

  /** Up to 100, each with a result at its place. */
  async sendBatch(events: readonly BatchEventInput<M>[]): Promise<BatchResult[]> {
    const keyed = events.map(({ idempotencyKey = randomUUID(), ...event }) => ({
      idempotencyKey,
      ...(event as Sent),
    }));
    const { results } = await answerOf(
      this.#api.POST('/v1/events/batch', {
        body: { events: keyed },
        // The service does not read it: it tells the retries that each event has a key of its own.
        headers: { 'Idempotency-Key': 'each-event-has-its-own' },
      }),
    );
    return results;
  }

  /** Just after it was accepted it may not be stored yet: a `NotFoundError` with `retryAfterMs`. */
  async get(id: string): Promise<Read<EventWithDeliveries, M>> {
    return read(await answerOf(this.#api.GET('/v1/events/{id}', { params: { path: { id } } })));
  }

  /** Takes its data away, for good; the event and its deliveries stay. */
  async redact(id: string): Promise<Read<EventWithDeliveries, M>> {
    const params = { path: { id } };
    return read(await answerOf(this.#api.POST('/v1/events/{id}/redact', { params })));
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
  async latest(subject: string, type?: keyof M & string): Promise<Read<EventWithData, M>> {
    const params = { path: { subject }, query: type === undefined ? {} : { type } };
    return read(await answerOf(this.#api.GET('/v1/subjects/{subject}/latest', { params })));
  }
}

/** JsonText in it is written out as it is, and any object is a record. */
type Sent = { type: string; data: Record<string, unknown> };

function read<Base extends object, M>(event: Base): Read<Base, M> {
  return withDataText(event) as unknown as Read<Base, M>; // the map says what is sent, and so what is read
}

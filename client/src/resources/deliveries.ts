import { durationMs, timeMs } from '../checked.ts';
import { Listing } from '../listing.ts';
import { type Looking, lookAgain } from '../looking.ts';
import type { Delivery, DeliveryQuery } from '../models.ts';
import { type Api, answerOf } from '../transport.ts';

export interface TailOptions extends Looking {
  readonly endpoint?: string | undefined;
  readonly type?: string | undefined;
  /** Begins with deliveries of events accepted since then, instead of with what comes from now on. */
  readonly since?: string | undefined;
  /** Between two looks; 1,000 if it is not given. */
  readonly intervalMs?: number | undefined;
}

/** Changes are seen of what was accepted so long before the newest event. */
const TAIL_WINDOW_MS = 15 * 60_000;

export class Deliveries {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  get(id: string): Promise<Delivery> {
    return answerOf(this.#api.GET('/v1/deliveries/{id}', { params: { path: { id } } }));
  }

  /** Newest first. */
  list(query: DeliveryQuery = {}): Listing<Delivery> {
    return this.#list(query);
  }

  #list(query: DeliveryQuery, signal?: AbortSignal): Listing<Delivery> {
    return new Listing((cursor) =>
      answerOf(
        this.#api.GET('/v1/deliveries', {
          params: { query: { ...query, ...(cursor !== undefined && { cursor }) } },
          ...(signal && { signal }),
        }),
      ),
    );
  }

  /** A new run, due at once. */
  retry(id: string): Promise<Delivery> {
    return answerOf(this.#api.POST('/v1/deliveries/{id}/retry', { params: { path: { id } } }));
  }

  cancel(id: string): Promise<Delivery> {
    return answerOf(this.#api.POST('/v1/deliveries/{id}/cancel', { params: { path: { id } } }));
  }

  /**
   * Each delivery as it comes, and again each time it moves on, for as long as it is read. It looks again
   * and again at what was accepted in the quarter of an hour before the newest event.
   */
  async *tail(options: TailOptions = {}): AsyncGenerator<Delivery, void, undefined> {
    const { endpoint, type, since: from, signal } = options;
    const intervalMs = durationMs('intervalMs', options.intervalMs, 1_000);
    const filter = {
      limit: 100,
      ...(endpoint !== undefined && { endpoint }),
      ...(type !== undefined && { type }),
    };
    const seen = new Map<string, { state: string; acceptedAtMs: number }>();
    const note = (delivery: Delivery): boolean => {
      const state = `${delivery.status} ${delivery.run} ${delivery.attempts.at(-1)?.number}`;
      const isNews = seen.get(delivery.id)?.state !== state;
      seen.set(delivery.id, { state, acceptedAtMs: Date.parse(delivery.acceptedAt) });
      return isNews;
    };

    // All times are the service's: this machine's clock may be another.
    let floorMs = from === undefined ? undefined : timeMs('since', from);
    const since = (ms: number) => ({ ...filter, since: new Date(ms).toISOString() });
    const begin = async (): Promise<number> => {
      const [newest] = await this.#list({ ...filter, limit: 1 }, signal).toArray(1);
      const newestMs = newest ? Date.parse(newest.acceptedAt) : 0;
      for await (const delivery of this.#list(since(newestMs), signal)) note(delivery);
      return newestMs;
    };
    const look = async () => {
      floorMs ??= await begin();
      return this.#list(since(floorMs), signal).toArray();
    };
    for await (const found of lookAgain(look, options, () => intervalMs)) {
      yield* found.filter(note).reverse();
      for (const { acceptedAtMs } of seen.values()) {
        floorMs = Math.max(floorMs ?? 0, acceptedAtMs - TAIL_WINDOW_MS);
      }
      for (const [id, { acceptedAtMs }] of seen) {
        if (acceptedAtMs < (floorMs ?? 0)) seen.delete(id);
      }
    }
  }
}

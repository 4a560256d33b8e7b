import { ConnectionError } from '../errors.ts';
import { Listing } from '../listing.ts';
import type { Replay, ReplayCount, ReplayInput, ReplayQuery } from '../models.ts';
import { type Api, answerOf, keyedBy } from '../transport.ts';

export class Replays {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** @param idempotencyKey without one a random one is sent, so that a retry starts no second replay */
  async create(input: Omit<ReplayInput, 'dryRun'>, idempotencyKey?: string): Promise<Replay> {
    const header = keyedBy(idempotencyKey);
    const started = await answerOf(
      this.#api.POST('/v1/replays', { body: input, params: { header } }),
    );
    if ('id' in started) return started;
    throw new ConnectionError('the service counted, and started nothing');
  }

  /** How many deliveries it would send, and sends nothing. */
  async count(input: Omit<ReplayInput, 'dryRun'>): Promise<ReplayCount> {
    const counted = await answerOf(
      this.#api.POST('/v1/replays', { body: { ...input, dryRun: true } }),
    );
    if ('count' in counted) return counted;
    throw new ConnectionError('the service gave no count');
  }

  get(id: string): Promise<Replay> {
    return answerOf(this.#api.GET('/v1/replays/{id}', at(id)));
  }

  /** Newest first. */
  list(query: ReplayQuery = {}): Listing<Replay> {
    return new Listing((cursor) =>
      answerOf(
        this.#api.GET('/v1/replays', {
          params: { query: { ...query, ...(cursor !== undefined && { cursor }) } },
        }),
      ),
    );
  }

  pause(id: string): Promise<Replay> {
    return answerOf(this.#api.POST('/v1/replays/{id}/pause', at(id)));
  }

  resume(id: string): Promise<Replay> {
    return answerOf(this.#api.POST('/v1/replays/{id}/resume', at(id)));
  }

  cancel(id: string): Promise<Replay> {
    return answerOf(this.#api.POST('/v1/replays/{id}/cancel', at(id)));
  }
}

const at = (id: string) => ({ params: { path: { id } } });

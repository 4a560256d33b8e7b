import { ConnectionError } from '../errors.ts';
import { Listing } from '../listing.ts';
import type { CreatedKey, CurrentKey, Key, KeyInput, PageQuery } from '../models.ts';
import { type Api, answerOf } from '../transport.ts';

/** Answers that lose a key are rare: a service that gives none at all would be asked without end. */
const MAX_MADE = 3;

export class Keys {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** The only answer that holds the key itself. */
  async create(key: KeyInput = {}): Promise<CreatedKey> {
    for (let made = 0; made < MAX_MADE; made++) {
      const answer = await answerOf(this.#api.POST('/v1/keys', { body: key }));
      if ('key' in answer) return answer;
      // The answer that held it was lost, and this one says that it was made: nobody has that key.
      await this.revoke(answer.id);
    }
    throw new ConnectionError('the service gave no key');
  }

  get(id: string): Promise<Key> {
    return answerOf(this.#api.GET('/v1/keys/{id}', { params: { path: { id } } }));
  }

  /** Whose key asks. */
  current(): Promise<CurrentKey> {
    return answerOf(this.#api.GET('/v1/keys/current'));
  }

  /** Oldest first, revoked ones included. */
  list(query: PageQuery = {}): Listing<Key> {
    return new Listing((cursor) =>
      answerOf(
        this.#api.GET('/v1/keys', {
          params: { query: { ...query, ...(cursor !== undefined && { cursor }) } },
        }),
      ),
    );
  }

  async revoke(id: string): Promise<void> {
    await answerOf(this.#api.DELETE('/v1/keys/{id}', { params: { path: { id } } }));
  }
}

import { durationMs, timeMs } from '../checked.ts';
import { ConnectionError } from '../errors.ts';
import { Listing } from '../listing.ts';
import { type Looking, lookAgain } from '../looking.ts';
import type {
  Endpoint,
  EndpointChanges,
  EndpointInput,
  EndpointSecret,
  PageQuery,
  PolledEvent,
  RecoveryInput,
  Replay,
  TestReport,
  Verification,
} from '../models.ts';
import type { components } from '../schema.ts';
import { type Api, answerOf, ifMatching, keyedBy, withDataText } from '../transport.ts';

/** An event of an endpoint's feed. */
export interface FeedEvent extends PolledEvent {
  /** `data` as it was posted, byte for byte. */
  readonly dataText: string;
}

export interface FeedPage {
  readonly events: readonly FeedEvent[];
  /** To be kept once the events were dealt with: `after` of the next time. */
  readonly next: string;
}

export interface FeedOptions extends Looking {
  readonly after?: string | undefined;
  /** Not together with `after`. RFC 3339 */
  readonly since?: string | undefined;
  /** Between requests where there was nothing more; 2,000 if it is not given. */
  readonly intervalMs?: number | undefined;
}

export class Endpoints {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** @param idempotencyKey without one a random one is sent, so that a retry creates no second endpoint */
  create(endpoint: EndpointInput, idempotencyKey?: string): Promise<Endpoint> {
    const params = { header: keyedBy(idempotencyKey) };
    return answerOf(this.#api.POST('/v1/endpoints', { params, body: endpoint as EndpointBody }));
  }

  get(id: string): Promise<Endpoint> {
    return answerOf(this.#api.GET('/v1/endpoints/{id}', at(id)));
  }

  /** Oldest first. */
  list(query: PageQuery = {}): Listing<Endpoint> {
    return new Listing((cursor) =>
      answerOf(
        this.#api.GET('/v1/endpoints', {
          params: { query: { ...query, ...(cursor !== undefined && { cursor }) } },
        }),
      ),
    );
  }

  /** @param ifMatch the `ETag` of the version that is meant, as `etagOf` gives it */
  update(id: string, changes: EndpointChanges, ifMatch?: string): Promise<Endpoint> {
    return answerOf(
      this.#api.PATCH('/v1/endpoints/{id}', {
        ...matching(id, ifMatch),
        body: changes as EndpointBody,
      }),
    );
  }

  /** @param ifMatch the `ETag` of the version that is meant, as `etagOf` gives it */
  async delete(id: string, ifMatch?: string): Promise<void> {
    await answerOf(this.#api.DELETE('/v1/endpoints/{id}', matching(id, ifMatch)));
  }

  /** In full. Needs the scope `secrets:read`. */
  secret(id: string): Promise<EndpointSecret> {
    return answerOf(this.#api.GET('/v1/endpoints/{id}/secret', at(id)));
  }

  /**
   * @param rotation how long the ones before stay valid, and a secret that is brought along
   * @param ifMatch the `ETag` of the version that is meant, as `etagOf` gives it
   */
  rotateSecret(
    id: string,
    rotation: { overlapSeconds?: number; secret?: string } = {},
    ifMatch?: string,
  ): Promise<EndpointSecret> {
    return answerOf(
      this.#api.POST('/v1/endpoints/{id}/rotate-secret', {
        ...matching(id, ifMatch),
        body: rotation,
      }),
    );
  }

  pause(id: string): Promise<Endpoint> {
    return answerOf(this.#api.POST('/v1/endpoints/{id}/pause', at(id)));
  }

  resume(id: string): Promise<Endpoint> {
    return answerOf(this.#api.POST('/v1/endpoints/{id}/resume', at(id)));
  }

  /** Cancels what waits there; again while `complete` is false. */
  purge(id: string): Promise<{ cancelled: number; complete: boolean }> {
    return answerOf(this.#api.POST('/v1/endpoints/{id}/purge', at(id)));
  }

  /** A signed sample now, and the whole exchange. */
  test(id: string, sample: { type?: string; data?: object } = {}): Promise<TestReport> {
    return answerOf(
      this.#api.POST('/v1/endpoints/{id}/test', {
        ...at(id),
        body: sample as { data?: Record<string, unknown> }, // any object is a record
      }),
    );
  }

  verify(id: string): Promise<Verification> {
    return answerOf(this.#api.POST('/v1/endpoints/{id}/verify', at(id)));
  }

  /** Sends again what failed since then. */
  async recover(id: string, input: Omit<RecoveryInput, 'dryRun'>): Promise<Replay> {
    const started = await answerOf(
      this.#api.POST('/v1/endpoints/{id}/recover', { ...at(id), body: input }),
    );
    if ('id' in started) return started;
    throw new ConnectionError('the service counted, and started nothing');
  }

  /**
   * What goes to an endpoint with `polling`, for as long as it is read: page after page, each with the
   * cursor that follows it.
   */
  async *feed(id: string, options: FeedOptions = {}): AsyncGenerator<FeedPage, void, undefined> {
    const { since, signal } = options;
    const intervalMs = durationMs('intervalMs', options.intervalMs, 2_000);
    if (since !== undefined) timeMs('since', since);
    let { after } = options;
    const look = () => {
      const query = after !== undefined ? { after } : since !== undefined ? { since } : {};
      return answerOf(
        this.#api.GET('/v1/endpoints/{id}/events', {
          params: { path: { id }, query: { ...query, limit: 100 } },
          ...(signal && { signal }),
        }),
      );
    };
    for await (const { data, next } of lookAgain(look, options, ({ more }) =>
      more ? 0 : intervalMs,
    )) {
      after = next;
      yield { events: data.map((event) => withDataText(event)), next };
    }
  }
}

const at = (id: string) => ({ params: { path: { id } } });
const matching = (id: string, ifMatch: string | undefined) => ({
  params: { path: { id }, header: ifMatching(ifMatch) },
});
/** The options of a contract are an object like any other. */
type EndpointBody = components['schemas']['EndpointInput'];

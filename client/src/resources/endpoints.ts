import { setTimeout as delay } from 'node:timers/promises';
import { elementTexts, memberText } from '../json-text.ts';
import { Listing } from '../listing.ts';
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
import { type Api, answerOf, ifMatching } from '../transport.ts';

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

export interface FeedOptions {
  readonly after?: string | undefined;
  /** Not together with `after`. RFC 3339 */
  readonly since?: string | undefined;
  /** Between requests where there was nothing more; 2,000 if it is not given. */
  readonly intervalMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export class Endpoints {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  create(endpoint: EndpointInput): Promise<Endpoint> {
    return answerOf(this.#api.POST('/v1/endpoints', { body: endpoint }));
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
      this.#api.PATCH('/v1/endpoints/{id}', { ...matching(id, ifMatch), body: changes }),
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
    return started as Replay; // without dryRun it is a replay and no count
  }

  /**
   * What goes to an endpoint with `polling`, for as long as it is read: page after page, each with the
   * cursor that follows it.
   */
  async *feed(id: string, options: FeedOptions = {}): AsyncGenerator<FeedPage, void, undefined> {
    const { since, intervalMs = 2_000, signal } = options;
    let { after } = options;
    for (;;) {
      const query = after !== undefined ? { after } : since !== undefined ? { since } : {};
      const asked = this.#api.GET('/v1/endpoints/{id}/events', {
        params: { path: { id }, query: { ...query, limit: 100 } },
        parseAs: 'text',
        ...(signal && { signal }),
      });
      const { events, next, more } = await answerOf(
        asked.then(({ data, ...rest }) => ({
          ...rest,
          ...(data !== undefined && { data: feedPageOf(data) }),
        })),
      );
      after = next;
      yield { events, next };
      if (!more) await delay(intervalMs, undefined, signal ? { signal } : {});
    }
  }
}

function feedPageOf(text: string): FeedPage & { readonly more: boolean } {
  const { data, next, more }: { data: PolledEvent[]; next: string; more: boolean } =
    JSON.parse(text);
  const sources = elementTexts(memberText(text, 'data') ?? '[]');
  const events = data.map((event, at) => ({
    ...event,
    dataText: memberText(sources[at] ?? '{}', 'data') ?? '{}',
  }));
  return { events, next, more };
}

const at = (id: string) => ({ params: { path: { id } } });
const matching = (id: string, ifMatch: string | undefined) => ({
  params: { path: { id }, header: ifMatching(ifMatch) },
});

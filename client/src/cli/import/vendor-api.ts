// Reads the API of another service: JSON, page after page, within bounds, and at its pace.
import { ConnectionError } from '../../errors.ts';
import { sendWithRetries } from '../../retries.ts';
import { Unsuccessful } from '../command.ts';
import type { Members } from './plan.ts';

const MOST_PAGES = 1_000;
export const MOST_ENTRIES = 10_000;
const MOST_REQUESTS = 50_000;
const TIMEOUT_MS = 30_000;
const RETRIES = { maxRetries: 5, firstDelayMs: 500, maxDelayMs: 60_000 };

export interface VendorPage {
  readonly entries: readonly Members[];
  /** What the next page is asked for with. */
  readonly next: Readonly<Record<string, string>> | undefined;
}

type Query = Readonly<Record<string, string>>;

export class VendorApi {
  readonly #base: string;
  readonly #key: string;
  readonly #signal: AbortSignal;
  readonly #onRead: (requests: number) => void;
  #requests = 0;

  /** @param base without a path of the API @param onRead after each answer */
  constructor(
    base: string,
    key: string,
    signal: AbortSignal,
    onRead: (requests: number) => void = () => {},
  ) {
    this.#base = base.replace(/\/+$/, '');
    this.#key = key;
    this.#signal = signal;
    this.#onRead = onRead;
  }

  /** @param options.or404 instead of a refusal, where there is no such thing */
  async get(path: string, { or404, query = {} }: { or404?: unknown; query?: Query } = {}) {
    if (++this.#requests > MOST_REQUESTS) {
      throw new Unsuccessful(`more than ${MOST_REQUESTS} requests: import in parts`);
    }
    const url = new URL(this.#base + path);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const request = new Request(url, {
      // The key must not follow to somebody else: a redirect is an answer like any other.
      redirect: 'manual',
      headers: { authorization: `Bearer ${this.#key}`, accept: 'application/json' },
      signal: this.#signal,
    });
    const sending = { retries: RETRIES, timeoutMs: TIMEOUT_MS, fetch: globalThis.fetch };
    const { response, text } = await sendWithRetries(request, sending).catch((error) => {
      // It is not our service that cannot be reached.
      if (error instanceof ConnectionError) throw new Unsuccessful(error.message);
      throw error;
    });
    this.#onRead(this.#requests);
    if (response.status === 404 && or404 !== undefined) return or404;
    // What it says is not shown: nobody knows whether the key is in it.
    if (!response.ok) throw new Unsuccessful(`GET ${url} was answered with ${response.status}`);
    try {
      const answer: unknown = JSON.parse(text);
      return answer;
    } catch {
      throw new Unsuccessful(`GET ${url} was not answered with JSON`);
    }
  }

  /** All entries. @throws Unsuccessful for a list that does not end, or that goes round */
  async *pages(
    path: string,
    query: Query,
    pageOf: (answer: unknown) => VendorPage,
  ): AsyncGenerator<Members, void, undefined> {
    const seen = new Set<string>();
    let entries = 0;
    for (let next: Query | undefined = {}; next !== undefined; ) {
      const page: VendorPage = pageOf(await this.get(path, { query: { ...query, ...next } }));
      entries += page.entries.length;
      if (entries > MOST_ENTRIES) {
        throw new Unsuccessful(`${path} has more than ${MOST_ENTRIES} entries: import in parts`);
      }
      yield* page.entries;
      next = page.next;
      const mark = JSON.stringify(next);
      if (next !== undefined && seen.has(mark)) throw new Unsuccessful(`${path} goes round`);
      if (seen.add(mark).size > MOST_PAGES) {
        throw new Unsuccessful(`${path} has more than ${MOST_PAGES} pages`);
      }
    }
  }
}

import type { AttemptAnalytics, Recommendations, RetryAnalytics } from '../models.ts';
import { type Api, answerOf } from '../transport.ts';

export interface AnalyticsWindow {
  readonly since?: string;
  readonly until?: string;
  readonly granularity?: '5m' | '1h' | '1d';
  readonly timeZone?: string;
  readonly endpoint?: string;
  readonly type?: string;
}

export type AnalyticsGroup =
  | 'endpoint'
  | 'type'
  | 'outcome'
  | 'attempt'
  | 'contract'
  | 'method'
  | 'tls';

/** What happened to attempts and deliveries, counted by the hour. */
export class Analytics {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  attempts(
    query: AnalyticsWindow & { readonly by?: AnalyticsGroup } = {},
  ): Promise<AttemptAnalytics> {
    // CSV is answered only to those who accept it.
    return answerOf(
      this.#api.GET('/v1/analytics/attempts', { params: { query } }),
    ) as Promise<AttemptAnalytics>;
  }

  /** How often which attempt succeeds. */
  retries(query: AnalyticsWindow = {}): Promise<RetryAnalytics> {
    return answerOf(
      this.#api.GET('/v1/analytics/retries', { params: { query } }),
    ) as Promise<RetryAnalytics>;
  }

  /** @param changedAt a change of settings, to compare the days before and after it */
  recommendations(endpoint: string, changedAt?: string): Promise<Recommendations> {
    const params = { path: { id: endpoint }, query: changedAt === undefined ? {} : { changedAt } };
    return answerOf(this.#api.GET('/v1/endpoints/{id}/recommendations', { params }));
  }
}

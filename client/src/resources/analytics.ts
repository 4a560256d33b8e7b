import type { AttemptAnalytics, Comparison, Recommendations, RetryAnalytics } from '../models.ts';
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

  /**
   * Before and after a change of the endpoint's settings.
   * @param at of the last change that is known, unless it is given
   */
  comparison(
    endpoint: string,
    query: { readonly at?: string; readonly hours?: number } = {},
  ): Promise<Comparison> {
    const params = { path: { id: endpoint }, query };
    // CSV is answered only to those who accept it.
    return answerOf(
      this.#api.GET('/v1/endpoints/{id}/comparison', { params }),
    ) as Promise<Comparison>;
  }

  /** @param changedAt a change of settings, to compare the days before and after it */
  recommendations(endpoint: string, changedAt?: string): Promise<Recommendations> {
    const params = { path: { id: endpoint }, query: changedAt === undefined ? {} : { changedAt } };
    return answerOf(this.#api.GET('/v1/endpoints/{id}/recommendations', { params }));
  }
}

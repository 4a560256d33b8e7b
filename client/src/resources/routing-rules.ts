import type { RoutingRulesInput, RoutingRules as Rules } from '../models.ts';
import { type Api, answerOf, ifMatching } from '../transport.ts';

/** What sets the channels of a tenant's events. */
export class RoutingRules {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  get(): Promise<Rules> {
    return answerOf(this.#api.GET('/v1/routing-rules'));
  }

  /**
   * Replaces all of them.
   * @param ifMatch the `ETag` of the version that is meant, as `etagOf` gives it
   */
  put(rules: RoutingRulesInput['rules'], ifMatch?: string): Promise<Rules> {
    const params = { header: ifMatching(ifMatch) };
    return answerOf(this.#api.PUT('/v1/routing-rules', { params, body: { rules } }));
  }
}

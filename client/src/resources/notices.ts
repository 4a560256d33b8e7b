import type { NoticeSettings, NoticeSettingsInput } from '../models.ts';
import { type Api, answerOf, ifMatching } from '../transport.ts';

/** What a tenant is told of its endpoints, and when. */
export class Notices {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  get(): Promise<NoticeSettings> {
    return answerOf(this.#api.GET('/v1/notices'));
  }

  /**
   * Replaces all of it: what is left out has its default.
   * @param ifMatch the `ETag` of the version that is meant, as `etagOf` gives it
   */
  put(settings: NoticeSettingsInput, ifMatch?: string): Promise<NoticeSettings> {
    const params = { header: ifMatching(ifMatch) };
    return answerOf(this.#api.PUT('/v1/notices', { params, body: settings }));
  }
}

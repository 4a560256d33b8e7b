import { Listing } from '../listing.ts';
import type { PageQuery, Template, TemplateChange, TemplateInput } from '../models.ts';
import { type Api, answerOf, ifMatching } from '../transport.ts';

/** Settings that many endpoints share and follow. */
export class Templates {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  create(template: TemplateInput): Promise<Template> {
    return answerOf(this.#api.POST('/v1/templates', { body: template }));
  }

  get(id: string): Promise<Template> {
    return answerOf(this.#api.GET('/v1/templates/{id}', { params: { path: { id } } }));
  }

  list(query: PageQuery = {}): Listing<Template> {
    return new Listing((cursor) =>
      answerOf(
        this.#api.GET('/v1/templates', {
          params: { query: { ...query, ...(cursor !== undefined && { cursor }) } },
        }),
      ),
    );
  }

  /** @param ifMatch the `ETag` of the version that is meant, as `etagOf` gives it */
  update(id: string, change: TemplateChange, ifMatch?: string): Promise<Template> {
    const params = { path: { id }, header: ifMatching(ifMatch) };
    return answerOf(this.#api.PATCH('/v1/templates/{id}', { params, body: change }));
  }

  /** @param ifMatch the `ETag` of the version that is meant, as `etagOf` gives it */
  async delete(id: string, ifMatch?: string): Promise<void> {
    const params = { path: { id }, header: ifMatching(ifMatch) };
    await answerOf(this.#api.DELETE('/v1/templates/{id}', { params }));
  }
}

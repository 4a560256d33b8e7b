import { Listing } from '../listing.ts';
import type { PageQuery, Template, TemplateChange, TemplateInput } from '../models.ts';
import { type Api, answerOf } from '../transport.ts';

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

  update(id: string, change: TemplateChange): Promise<Template> {
    return answerOf(
      this.#api.PATCH('/v1/templates/{id}', { params: { path: { id } }, body: change }),
    );
  }

  async delete(id: string): Promise<void> {
    await answerOf(this.#api.DELETE('/v1/templates/{id}', { params: { path: { id } } }));
  }
}

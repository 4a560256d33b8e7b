import type { TransformTest, TransformTestInput } from '../models.ts';
import { type Api, answerOf } from '../transport.ts';

/** What receivers' data is made by. */
export class Transforms {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  /** What a transformation makes of data or of a stored event; nothing is sent. */
  test(input: TransformTestInput): Promise<TransformTest> {
    return answerOf(this.#api.POST('/v1/transforms/test', { body: input }));
  }
}

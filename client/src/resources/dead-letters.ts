import type { DeadLetter, DeadLetterQueue, Redrive } from '../models.ts';
import { type Api, answerOf } from '../transport.ts';

/** Messages that the service's own code could not process. With the operator's key only. */
export class DeadLetters {
  readonly #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  async list(queue: DeadLetterQueue, limit?: number): Promise<readonly DeadLetter[]> {
    const query = { queue, ...(limit !== undefined && { limit }) };
    const { data } = await answerOf(this.#api.GET('/v1/dead-letters', { params: { query } }));
    return data;
  }

  /** Back to the queue that they came from. */
  redrive(queue: DeadLetterQueue, limit?: number): Promise<Redrive> {
    const body = { queue, ...(limit !== undefined && { limit }) };
    return answerOf(this.#api.POST('/v1/dead-letters/redrive', { body }));
  }
}

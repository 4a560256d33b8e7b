import type { Transport } from '../transport.ts';

/** A message that the service's own code could not process. */
export interface DeadLetter {
  readonly id: string;
  readonly queue: string;
  readonly sentAt: string;
  readonly receives: number;
  readonly bytes: number;
  readonly [more: string]: unknown;
}

export interface Redriven {
  readonly queue: string;
  readonly moved: number;
  readonly refused: number;
}

/** With the operator's key only. */
export class DeadLetters {
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  async list(queue: string, limit?: number): Promise<readonly DeadLetter[]> {
    const answer = await this.#transport.call('GET', '/v1/dead-letters', {
      query: { queue, limit },
    });
    return (answer as { data: DeadLetter[] }).data; // as the service documents it
  }

  /** Back to the queue that they came from. */
  async redrive(queue: string, limit?: number): Promise<Redriven> {
    const answer = await this.#transport.call('POST', '/v1/dead-letters/redrive', {
      body: { queue, ...(limit !== undefined && { limit }) },
    });
    return answer as Redriven; // as the service documents it
  }
}

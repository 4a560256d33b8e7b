// Counts the work that is done on what somebody else wrote: filters, schemas and the data they meet. Work is counted
// rather than timed, so that the same input has the same outcome on every machine.

const NAME = 'OverBudgetError';

/** The work stops here. It is no fault of ours: what it was for has an outcome of its own. */
export class OverBudgetError extends Error {
  constructor() {
    super('The work exceeds its budget of steps.');
    this.name = NAME;
  }
}

/** A step is the work of some tens of nanoseconds: one comparison, or some characters of a text. */
export class Steps {
  #taken = 0;
  readonly #limit: number;
  readonly #pool: Steps | undefined;
  readonly #granted: number;

  /**
   * @param limit the most that may be taken
   * @param shared what is taken beyond `granted` is taken from `pool` as well
   */
  constructor(limit: number, shared?: { readonly granted: number; readonly pool: Steps }) {
    this.#limit = limit;
    this.#granted = shared?.granted ?? limit;
    this.#pool = shared?.pool;
  }

  get taken(): number {
    return this.#taken;
  }

  /**
   * Before the work is done.
   * @throws OverBudgetError, and then nothing is taken
   */
  take(count = 1): void {
    const taken = this.#taken + count;
    if (taken > this.#limit) throw new OverBudgetError();
    if (taken > this.#granted) this.#pool?.take(Math.min(count, taken - this.#granted));
    this.#taken = taken;
  }
}

/** What the work gives, or `over` where it exceeds its budget. */
export function within<T, O>(work: () => T, over: O): T | O {
  try {
    return work();
  } catch (error) {
    // By name: what is loaded on demand has a class of its own, in a bundle of its own.
    if (error instanceof Error && error.name === NAME) return over;
    throw error;
  }
}

// Counts every AWS call that the functions make, by function and operation. Billable units (sizes,
// capacity) will be added here for the cost meter of bench/.

export class Meter {
  readonly #calls = new Map<string, Map<string, number>>();

  count(functionName: string, service: string, operation: string, calls = 1): void {
    const byOperation = this.#calls.get(functionName) ?? new Map<string, number>();
    const key = `${service}:${operation}`;
    byOperation.set(key, (byOperation.get(key) ?? 0) + calls);
    this.#calls.set(functionName, byOperation);
  }

  /** `{ "<function>": { "sqs:SendMessageBatch": 12 } }` since the start or the last reset. */
  snapshot(): Record<string, Record<string, number>> {
    return Object.fromEntries(
      [...this.#calls].map(([name, byOperation]) => [name, Object.fromEntries(byOperation)]),
    );
  }

  reset(): void {
    this.#calls.clear();
  }
}

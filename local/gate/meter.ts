// Counts every AWS call that the functions make, by function and operation, and what AWS would bill for
// them and for running them: the cost meter of bench/ puts prices to these units.

/**
 * `api.requests`: HTTP API requests, one per begun 512 KB. `lambda.requests`, `lambda.ms`: invocations,
 * and their time as measured here. `sqs.requests`: one per call and begun 64 KB of payload; `sqs.grouped`:
 * those of them that carry a message group.
 * `dynamodb.readUnits`, `dynamodb.writeUnits`: on-demand units, indexes included.
 * `s3.puts`: PUTs and lists; `s3.gets`.
 * `logs.bytes`, `logs.lines`: taken in by CloudWatch Logs. `scheduler.invocations`, `secrets.calls`.
 */
export type BillableUnit =
  | 'api.requests'
  | 'lambda.requests'
  | 'lambda.ms'
  | 'sqs.requests'
  | 'sqs.grouped'
  | 'dynamodb.readUnits'
  | 'dynamodb.writeUnits'
  | 's3.puts'
  | 's3.gets'
  | 'logs.bytes'
  | 'logs.lines'
  | 'scheduler.invocations'
  | 'secrets.calls';

/** SQS bills a request per 64 KB of payload. https://aws.amazon.com/sqs/pricing/ */
const SQS_CHUNK_BYTES = 64 * 1024;
/** HTTP APIs are metered per 512 KB. https://aws.amazon.com/api-gateway/pricing/ */
const API_CHUNK_BYTES = 512 * 1024;

/** Amounts by function and, within it, by name. */
class Tally<Name extends string> {
  readonly #amounts = new Map<string, Map<Name, number>>();

  add(functionName: string, name: Name, amount: number): void {
    const ofFunction = this.#amounts.get(functionName) ?? new Map<Name, number>();
    ofFunction.set(name, (ofFunction.get(name) ?? 0) + amount);
    this.#amounts.set(functionName, ofFunction);
  }

  addAll(all: Readonly<Record<string, Readonly<Record<string, number>>>>): this {
    for (const [functionName, amounts] of Object.entries(all)) {
      for (const [name, amount] of Object.entries(amounts)) {
        // Of a tally with the same names.
        this.add(functionName, name as Name, amount);
      }
    }
    return this;
  }

  snapshot(): Record<string, Record<string, number>> {
    return Object.fromEntries(
      [...this.#amounts].map(([functionName, amounts]) => [
        functionName,
        Object.fromEntries(amounts),
      ]),
    );
  }

  clear(): void {
    this.#amounts.clear();
  }
}

/** By function and, within it, by name. */
export interface Amounts {
  readonly calls: Record<string, Record<string, number>>;
  readonly units: Record<string, Partial<Record<BillableUnit, number>>>;
}

/** What is counted in another thread. */
interface Elsewhere {
  amounts(): Amounts;
  resetMeter(): void;
}

export class Meter {
  readonly #calls = new Tally<string>();
  readonly #units = new Tally<BillableUnit>();
  #elsewhere: Elsewhere | undefined;

  /** From now on, what is counted there is part of this. */
  alsoIn(elsewhere: Elsewhere): void {
    this.#elsewhere = elsewhere;
  }

  count(functionName: string, service: string, operation: string, calls = 1): void {
    this.#calls.add(functionName, `${service}:${operation}`, calls);
  }

  add(functionName: string, unit: BillableUnit, amount: number): void {
    this.#units.add(functionName, unit, amount);
  }

  sqsRequest(functionName: string, payloadBytes: number, isGrouped: boolean): void {
    const chunks = Math.max(1, Math.ceil(payloadBytes / SQS_CHUNK_BYTES));
    this.add(functionName, 'sqs.requests', chunks);
    if (isGrouped) this.add(functionName, 'sqs.grouped', chunks);
  }

  apiRequest(bytes: number): void {
    this.add('api', 'api.requests', Math.max(1, Math.ceil(bytes / API_CHUNK_BYTES)));
  }

  logLine(functionName: string, line: string): void {
    this.add(functionName, 'logs.bytes', Buffer.byteLength(line));
    this.add(functionName, 'logs.lines', 1);
  }

  amounts(): Amounts {
    const { calls = {}, units = {} } = this.#elsewhere?.amounts() ?? {};
    return {
      calls: new Tally<string>().addAll(calls).addAll(this.#calls.snapshot()).snapshot(),
      units: new Tally<BillableUnit>().addAll(units).addAll(this.#units.snapshot()).snapshot(),
    };
  }

  /** `{ "<function>": { "sqs:SendMessageBatch": 12 } }` since the start or the last reset. */
  snapshot(): Amounts['calls'] {
    return this.amounts().calls;
  }

  /** Billable units by function; units of no function are under `api` and `host`. */
  units(): Amounts['units'] {
    return this.amounts().units;
  }

  reset(): void {
    this.#calls.clear();
    this.#units.clear();
    this.#elsewhere?.resetMeter();
  }
}

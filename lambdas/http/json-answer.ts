// An answer of JSON that is all there at once. The Fetch standard's Response makes a stream of its body and checks each
// header, which took longer than anything else that is done for an accepted event but the call to SQS.

/** The part of a Response that the application, Hono and lambda.ts use. */
export class JsonAnswer {
  readonly status: number;
  readonly headers = new AnswerHeaders();
  readonly body: string;

  constructor(status: number, value: object) {
    this.status = status;
    this.body = JSON.stringify(value);
    this.headers.set('Content-Type', 'application/json');
  }

  async text(): Promise<string> {
    return this.body;
  }

  async json(): Promise<unknown> {
    return JSON.parse(this.body);
  }
}

/** By names in lower case; iterated as Headers are. */
class AnswerHeaders extends Map<string, string> {
  override get(name: string): string | undefined {
    return super.get(name.toLowerCase());
  }

  override has(name: string): boolean {
    return super.has(name.toLowerCase());
  }

  override set(name: string, value: string): this {
    return super.set(name.toLowerCase(), value);
  }
}

export function answerJson(status: number, value: object): Response {
  // Whoever takes it further than lambda.ts does, as Hono does beside CORS, makes a real one of it.
  return new JsonAnswer(status, value) as unknown as Response;
}

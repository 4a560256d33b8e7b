// A JSON answer with its whole body as text. The Fetch standard's Response makes a stream of the body and checks each
// header. This took longer than all other work on an accepted event, except the call to SQS.

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
  // Code that needs more of a Response than lambda.ts does (Hono's CORS) makes a real one of it.
  return new JsonAnswer(status, value) as unknown as Response;
}

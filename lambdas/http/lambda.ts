// The Hono application as a Lambda handler behind an HTTP API, payload format 2.0. It is ours because Hono's own
// adapter leaves empty headers out, and makes a Request of the Fetch standard, with a stream for its body, of
// each event.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import type { Application } from './application.ts';
import { JsonAnswer } from './json-answer.ts';

/** What goes back as text; anything else as base64. */
const TEXT = /^text\/|[/+](json|xml)\s*(;|$)/i;

interface LambdaAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly isBase64Encoded: boolean;
}

export function lambdaHandler(app: Application) {
  return async (event: APIGatewayProxyEventV2, lambdaContext?: Context): Promise<LambdaAnswer> => {
    const response = await app.fetch(
      // Hono reads no other member of a request.
      new EventRequest(event) as unknown as Request,
      { requestContext: event.requestContext, lambdaContext },
    );
    return resultOf(response);
  };
}

/** The part of a Request that the application reads. */
class EventRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: EventHeaders;
  readonly #event: APIGatewayProxyEventV2;

  constructor(event: APIGatewayProxyEventV2) {
    const { requestContext, rawPath, rawQueryString } = event;
    this.method = requestContext.http.method;
    const query = rawQueryString === '' ? '' : `?${rawQueryString}`;
    this.url = `https://${requestContext.domainName}${encoded(rawPath)}${query}`;
    this.headers = new EventHeaders(event.headers);
    this.#event = event;
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    const { body = '', isBase64Encoded } = this.#event;
    // A copy: Node's small buffers are parts of a larger one.
    return new Uint8Array(Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8')).buffer;
  }
}

class EventHeaders {
  readonly #values: Readonly<Record<string, string | undefined>>;

  /** @param values by names in lower case, as HTTP APIs have them */
  constructor(values: Readonly<Record<string, string | undefined>>) {
    this.#values = values;
  }

  get(name: string): string | null {
    const lower = name.toLowerCase();
    return Object.hasOwn(this.#values, lower) ? (this.#values[lower] ?? null) : null;
  }

  forEach(take: (value: string, name: string) => void): void {
    for (const [name, value] of Object.entries(this.#values)) {
      if (value !== undefined) take(value, name);
    }
  }
}

/** The path comes decoded: a `?`, a `#` or a `%` in it would be taken for the URL's own. */
function encoded(path: string): string {
  if (/^[\w./-]*$/.test(path)) return path;
  return path
    .split('/')
    .map((segment) => encodeURIComponent(segment.toWellFormed()))
    .join('/');
}

async function resultOf(response: Response): Promise<LambdaAnswer> {
  const given: unknown = response;
  if (given instanceof JsonAnswer) {
    const headers = Object.fromEntries(given.headers);
    return { statusCode: given.status, headers, body: given.body, isBase64Encoded: false };
  }
  const type = response.headers.get('Content-Type') ?? 'text/plain';
  const isText = TEXT.test(type) && !response.headers.has('Content-Encoding');
  const body = isText
    ? await response.text()
    : Buffer.from(await response.arrayBuffer()).toString('base64');
  const headers = Object.fromEntries(response.headers);
  return { statusCode: response.status, headers, body, isBase64Encoded: !isText };
}

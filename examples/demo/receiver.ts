// A receiver of webhooks on a free loopback port: checks each request's signature with the
// `standardwebhooks` package, as a customer's server would, and keeps what arrived.
import { createServer, type IncomingMessage } from 'node:http';
import { Webhook } from 'standardwebhooks';

export interface Arrival {
  /** Name of the endpoint that the request was for. */
  readonly endpoint: string;
  readonly webhookId: string;
  /** The raw body, as text. */
  readonly body: string;
  /** By `performance.now()`. */
  readonly receivedAtMs: number;
  readonly verified: boolean;
  /** The status that the receiver answered. */
  readonly answered: number;
}

interface Expectation {
  readonly webhook: Webhook;
  readonly failFirstAttempts: boolean;
}

export class Receiver {
  readonly arrivals: Arrival[] = [];
  readonly #expected = new Map<string, Expectation>();
  readonly #failed = new Set<string>();
  readonly #server = createServer((request, response) => {
    this.#receive(request)
      .catch(() => 400)
      .then((status) => response.writeHead(status).end());
  });
  #port = 0;

  /** Listens on a port that the system chooses. */
  async listen(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#server.once('error', reject);
    this.#server.listen(0, '127.0.0.1', resolve);
    await promise;
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no TCP address');
    this.#port = address.port;
  }

  urlOf(endpoint: string): string {
    return `http://127.0.0.1:${this.#port}/${endpoint}`;
  }

  /** From now on requests for this endpoint are checked with its secret. */
  expect(endpoint: string, secret: string, failFirstAttempts: boolean): void {
    this.#expected.set(endpoint, { webhook: new Webhook(secret), failFirstAttempts });
  }

  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.#server.closeAllConnections();
    await promise;
  }

  async #receive(request: IncomingMessage): Promise<number> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const receivedAtMs = performance.now();
    const endpoint = (request.url ?? '').slice(1);
    const expectation = this.#expected.get(endpoint);
    // Gone: an endpoint of an earlier run on this port; the service pauses it.
    if (expectation === undefined) return 410;

    const body = Buffer.concat(chunks).toString();
    const webhookId = headerOf(request, 'webhook-id');
    const verified = verify(expectation.webhook, body, request);
    const attempts = `${endpoint} ${webhookId}`;
    const fail = expectation.failFirstAttempts && !this.#failed.has(attempts);
    if (fail) this.#failed.add(attempts);
    const answered = fail ? 500 : 204;
    this.arrivals.push({ endpoint, webhookId, body, receivedAtMs, verified, answered });
    return answered;
  }
}

function verify(webhook: Webhook, body: string, request: IncomingMessage): boolean {
  try {
    webhook.verify(body, {
      'webhook-id': headerOf(request, 'webhook-id'),
      'webhook-timestamp': headerOf(request, 'webhook-timestamp'),
      'webhook-signature': headerOf(request, 'webhook-signature'),
    });
    return true;
  } catch {
    return false;
  }
}

function headerOf(request: IncomingMessage, name: string): string {
  return request.headersDistinct[name]?.join(',') ?? '';
}

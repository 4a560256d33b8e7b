// A stand-in for a running Posthorn, as small as the demo's test needs: endpoints, events, one
// immediate retry, and signatures made by the `standardwebhooks` package.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Webhook } from 'standardwebhooks';

export const OPERATOR_KEY = 'operator-key-of-the-fake-0123456789';
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
const OTHER_SECRET = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;

interface FakeDelivery {
  readonly id: string;
  readonly endpoint: string;
  status: string;
  readonly attempts: { outcome: string }[];
}

export interface FakeOptions {
  /** Sign with a secret that the receiver does not know. */
  readonly wrongSecret?: boolean;
  /** Send other data than was posted. */
  readonly changeData?: boolean;
  /** Leave it at one attempt. */
  readonly neverRetry?: boolean;
  /** Say that a delivery arrived and send nothing. */
  readonly neverSend?: boolean;
  /** Answer the first look at an event with 404, as before fan-out has stored it. */
  readonly lateFanOut?: boolean;
}

export class FakePosthorn {
  readonly endpoints = new Map<string, { url: string; eventTypes: string[] }>();
  readonly deletedEndpoints: string[] = [];
  readonly #events = new Map<string, FakeDelivery[]>();
  #tooEarly: boolean;
  readonly #server: Server;
  readonly #options: FakeOptions;

  constructor(options: FakeOptions = {}) {
    this.#options = options;
    this.#tooEarly = options.lateFanOut === true;
    this.#server = createServer((request, response) => void this.#answer(request, response));
    // An endpoint that the tenant already had: no business of the demo's.
    this.endpoints.set('ep_other', { url: 'http://127.0.0.1:1/', eventTypes: ['*'] });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    return typeof address === 'object' ? `http://127.0.0.1:${address?.port}` : '';
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString());
    const [status, answer] = this.#route(request, body);
    const headers = status === 404 ? { 'retry-after': '1' } : {};
    response.writeHead(status, headers).end(answer && JSON.stringify(answer));
  }

  // biome-ignore lint/suspicious/noExplicitAny: the fake trusts the requests of the demo
  #route(request: IncomingMessage, body: any): [status: number, answer?: object] {
    const [, , collection, id = '', part] = (request.url ?? '').split('/');
    if (request.headers.authorization !== `Bearer ${OPERATOR_KEY}`) {
      return [401, { type: 'about:blank', title: 'A valid key is needed', status: 401 }];
    }
    switch (`${request.method} ${collection}${part ? `/${part}` : ''}`) {
      case 'PUT tenants':
        return [200, { id, name: body.name }];
      case 'POST endpoints': {
        const endpoint = `ep_${this.endpoints.size}`;
        this.endpoints.set(endpoint, body);
        return [201, { id: endpoint, secret: '****************************Bwc=' }];
      }
      case 'GET endpoints/secret':
        return [200, { secret: SECRET }];
      case 'DELETE endpoints':
        this.deletedEndpoints.push(id);
        return [204];
      case 'POST events':
        return [202, { id: this.#accept(body), duplicate: false }];
      case 'GET events':
        if (this.#tooEarly) {
          this.#tooEarly = false;
          return [404, { title: 'Not found' }];
        }
        return [200, { id, deliveries: this.#events.get(id) }];
    }
    return [405, { title: 'Method not allowed' }];
  }

  #accept(event: { type: string; data: object }): string {
    const id = `evt_${this.#events.size}`;
    const deliveries: FakeDelivery[] = [];
    for (const [endpoint, { url, eventTypes }] of this.endpoints) {
      if (!eventTypes.some((pattern) => event.type.startsWith(pattern.replace('*', '')))) continue;
      const delivery = { id: `dlv_${id}_${endpoint}`, endpoint, status: 'pending', attempts: [] };
      deliveries.push(delivery);
      if (endpoint !== 'ep_other') setImmediate(() => void this.#deliver(id, event, url, delivery));
    }
    this.#events.set(id, deliveries);
    return id;
  }

  async #deliver(
    id: string,
    event: { type: string; data: object },
    url: string,
    delivery: FakeDelivery,
  ): Promise<void> {
    const { wrongSecret, changeData, neverRetry, neverSend } = this.#options;
    const now = new Date();
    const data = changeData ? { ...event.data, changed: true, type: 'other' } : event.data;
    const body = JSON.stringify({ type: event.type, timestamp: now.toISOString(), data });
    const webhook = new Webhook(wrongSecret ? OTHER_SECRET : SECRET);
    const headers = {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': webhook.sign(id, now, body),
    };
    const ok = neverSend || (await fetch(url, { method: 'POST', headers, body })).ok;
    delivery.attempts.push({ outcome: ok ? 'http_204' : 'http_500' });
    if (ok) delivery.status = 'delivered';
    else if (neverRetry) delivery.status = 'dead';
    else await this.#deliver(id, event, url, delivery);
  }
}

// `npm start` with its console, a receiver that answers as it is told, and something to look at.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { startEmbedded } from '../../acceptance/embedded-target.ts';
import { eventually } from '../../builders/eventually.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Receiver {
  readonly url: string;
  /** How a path answers from now on; 204 at first. */
  answer(path: string, answer: RequestListener): void;
  arrived(path: string): number;
  /** The bodies that came, in their order. */
  bodies(path: string): readonly string[];
}

export interface Site {
  /** Where the console is. */
  readonly url: string;
  readonly operatorKey: string;
  readonly receiver: Receiver;
  /** As the operator, of the tenant `demo` unless another is named. */
  call<T = unknown>(method: Method, path: string, body?: unknown, tenant?: string): Promise<T>;
  /** The address that signs in and shows a screen. */
  linkTo(screen: string): string;
  /** The address of the portal, with a session made for it. */
  portalLink(screen: string, session?: object): Promise<string>;
  remove(): Promise<void>;
}

async function startReceiver(): Promise<Receiver & { close(): void }> {
  const answers = new Map<string, RequestListener>();
  const arrivals = new Map<string, string[]>();
  const server = createServer(async (request, response) => {
    const path = request.url ?? '/';
    const body = await text(request);
    arrivals.set(path, [...(arrivals.get(path) ?? []), body]);
    const answer = answers.get(path);
    if (answer) answer(request, response);
    else response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    answer: (path, answer) => void answers.set(path, answer),
    arrived: (path) => arrivals.get(path)?.length ?? 0,
    bodies: (path) => arrivals.get(path) ?? [],
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

export async function startSite(): Promise<Site> {
  const target = await startEmbedded();
  const receiver = await startReceiver();
  const { url, operatorKey } = target;
  const call = async <T>(
    method: Method,
    path: string,
    body?: unknown,
    tenant?: string,
  ): Promise<T> => {
    const response = await fetch(url + path, {
      method,
      headers: {
        Authorization: `Bearer ${operatorKey}`,
        'Content-Type': 'application/json',
        ...(tenant !== '' && { 'Posthorn-Tenant': tenant ?? 'demo' }),
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  };
  const { token } = await call<{ token: string }>('POST', '/v1/console-sessions', {}, '');
  return {
    url,
    operatorKey,
    receiver,
    call,
    linkTo: (screen) => `${url}/console#token=${token}&to=${encodeURIComponent(screen)}`,
    portalLink: async (screen, session = { preset: 'owner' }) => {
      const made = await call<{ token: string }>('POST', '/v1/portal-sessions', session);
      return `${url}/portal#token=${made.token}&to=${encodeURIComponent(screen)}`;
    },
    remove: async () => {
      receiver.close();
      await target.remove();
    },
  };
}

export interface Furnished {
  readonly healthy: string;
  readonly failing: string;
  readonly paused: string;
  /** An event with deliveries in every state, and one of its deliveries, which waits. */
  readonly event: string;
  readonly delivery: string;
  readonly replay: string;
}

/** Numbers that parsing changes, escapes, text from right to left and text that would like to run. */
export const HOSTILE = '<img src=x onerror=alert(1)>';
export const DATA = `{"name":"نموذج","note":"Sch\\u00f6nefeld \\u003cb\\u003e","score":12.50,"limit":1e400,"sequence":18446744073709551615,"html":"${HOSTILE}"}`;

/** Endpoints and events such that every screen has something to show. */
export async function furnish(site: Site): Promise<Furnished> {
  const { call, receiver } = site;
  receiver.answer('/broken', (_, response) => {
    response.writeHead(503, {
      'content-type': 'application/json',
      'retry-after': '120',
      server: '<b>s</b>',
    });
    response.end(`{"error":"${HOSTILE}","terminal":"\u001b[31mred"}`);
  });
  const make = async (body: object) =>
    (await call<{ id: string }>('POST', '/v1/endpoints', body)).id;
  await call(
    'PUT',
    '/v1/event-types/dossier.created',
    { description: 'A dossier was opened', example: { dossier: 'd-1' } },
    '',
  );
  await call('PUT', '/v1/event-types/dossier.closed', { description: HOSTILE }, '');
  await call('PUT', '/v1/tenants/borealis', { name: 'شركة نموذج' }, '');
  const healthy = await make({ url: `${receiver.url}/fine`, description: 'Data lake' });
  const failing = await make({ url: `${receiver.url}/broken`, description: HOSTILE });
  const paused = await make({
    url: `${receiver.url}/paused`,
    description: 'A name that is far longer than anybody planned for and has no reason to stop',
  });
  await make({
    url: `${receiver.url}/types`,
    description: 'AML alerts',
    eventTypes: ['aml_screening.*'],
  });
  await make({
    url: `${receiver.url}/channels`,
    description: 'US reporting',
    channels: ['region:us'],
  });
  await make({
    url: `${receiver.url}/filter`,
    description: 'High risk',
    filter: { score: [{ numeric: ['>', 80] }] },
  });
  await call('POST', `/v1/endpoints/${paused}/pause`, {});
  await call('POST', '/v1/keys', { name: 'backend', preset: 'producer' });
  for (let nth = 0; nth < 6; nth++) {
    await call(
      'POST',
      '/v1/events',
      `{"type":"dossier.${nth % 2 ? 'closed' : 'created'}","subject":"الملف ${nth}","channels":["region:eu"],"data":${DATA}}`,
    );
  }
  const waiting = await eventually(async () => {
    type Page = { data: { id: string; event: string; attempts: unknown[] }[] };
    const { data } = await call<Page>('GET', `/v1/deliveries?endpoint=${failing}&status=waiting`);
    return data.length === 6 && data.every(({ attempts }) => attempts.length > 0) && data[0];
  }, 60_000);
  const replay = await call<{ id: string }>('POST', '/v1/replays', {
    endpoint: healthy,
    status: 'delivered',
    since: new Date(Date.now() - 3_600_000).toISOString(),
  });
  return {
    healthy,
    failing,
    paused,
    event: waiting.event,
    delivery: waiting.id,
    replay: replay.id,
  };
}

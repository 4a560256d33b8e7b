// Producer and receiver in a process of their own, with one clock: so that what they cost is not taken
// for the service's. Driven by driver.ts through messages.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { SERVICES, type ServiceName } from './services.ts';

export interface PostOrder {
  readonly url: string;
  readonly key: string;
  /** How the service at the URL is spoken to. @default posthorn */
  readonly service?: ServiceName;
  readonly type: string;
  readonly count: number;
  /** Events in a request; 1 posts singly. */
  readonly batch: number;
  /** Events a second, spread evenly; without it as fast as `concurrency` allows. */
  readonly rate?: number;
  readonly concurrency: number;
  /** Of the event's JSON data, about. */
  readonly dataBytes: number;
}

/** Times are Unix milliseconds with fractions. */
export interface Posted {
  readonly id: string;
  readonly sentAtMs: number;
  readonly answeredAtMs: number;
}
export interface Arrival {
  readonly id: string;
  readonly path: string;
  readonly atMs: number;
}

export type ToOutside =
  | { readonly ask: 'post'; readonly number: number; readonly order: PostOrder }
  | { readonly ask: 'arrivals'; readonly andForget: boolean }
  | { readonly ask: 'forget' };
export type FromOutside =
  | { readonly tell: 'ready'; readonly receiverUrls: readonly string[] }
  | { readonly tell: 'posted'; readonly number: number; readonly posted: Posted[] }
  | { readonly tell: 'failed'; readonly message: string }
  | { readonly tell: 'arrivals'; readonly arrivals: Arrival[] };

const now = (): number => performance.timeOrigin + performance.now();
let arrivals: Arrival[] = [];
let turn = 0;

/** Of standard-webhooks, kyc-hmac, Outpost and Svix: those whose deliveries are told apart here. */
const ID_HEADERS = ['webhook-id', 'x-webhook-id', 'x-outpost-event-id', 'svix-id'];

/**
 * `/name/200`: answers after so many milliseconds; `/name/never`: does not answer; `/name/500!`: fails; `/name/10%`: fails
 * that often.
 */
function answer(incoming: IncomingMessage, response: ServerResponse): void {
  const atMs = now();
  const path = incoming.url ?? '/';
  const header = ID_HEADERS.find((name) => incoming.headers[name] !== undefined) ?? '';
  arrivals.push({ id: String(incoming.headers[header] ?? ''), path, atMs });
  incoming.resume();
  const how = path.split('/')[2] ?? '0';
  if (how === 'never') return;
  const number = Number.parseInt(how, 10);
  const isDown = how.endsWith('%') && turn++ % 100 < number;
  const status = how.endsWith('!') ? number : isDown ? 500 : 200;
  const waitMs = /[!%]$/.test(how) ? 0 : number;
  setTimeout(() => response.writeHead(status).end(), waitMs);
}

/** Two receivers, each with an origin of its own. */
const receivers = [createServer(answer), createServer(answer)];
for (const receiver of receivers) receiver.keepAliveTimeout = 60_000;

const agent = new Agent({ connections: 256, pipelining: 1 });

async function post(order: PostOrder): Promise<Posted[]> {
  const posted: Posted[] = [];
  const requests = Math.ceil(order.count / order.batch);
  let next = 0;
  const startMs = now();
  const one = async (index: number): Promise<void> => {
    const size = Math.min(order.batch, order.count - index * order.batch);
    const sentAtMs = now();
    const ids = await send(order, index * order.batch, size);
    const answeredAtMs = now();
    for (const id of ids) posted.push({ id, sentAtMs, answeredAtMs });
  };
  if (order.rate !== undefined) {
    const everyMs = (order.batch * 1000) / order.rate;
    const running: Promise<void>[] = [];
    for (; next < requests; next++) {
      const waitMs = startMs + next * everyMs - now();
      if (waitMs > 0) await delay(waitMs);
      running.push(one(next));
    }
    await Promise.all(running);
    return posted;
  }
  await Promise.all(
    Array.from({ length: order.concurrency }, async () => {
      while (next < requests) await one(next++);
    }),
  );
  return posted;
}

async function send(order: PostOrder, first: number, size: number): Promise<string[]> {
  const { path, body, ids } = SERVICES[order.service ?? 'posthorn'];
  const events = Array.from({ length: size }, (_, offset) => ({
    type: order.type,
    data: dataOf(first + offset, order.dataBytes),
  }));
  const isBatch = order.batch > 1;
  const answer = await request(order.url + path(isBatch), {
    method: 'POST',
    dispatcher: agent,
    headers: { authorization: `Bearer ${order.key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body(events, isBatch)),
  });
  const json = await answer.body.json();
  if (answer.statusCode !== 202) throw new Error(`${answer.statusCode}: ${JSON.stringify(json)}`);
  return ids(json, isBatch);
}

/** Like an identity check: some names and numbers, and a note that fills it up. Not all one character. */
function dataOf(index: number, bytes: number): object {
  const data = {
    sessionId: `sess_${index.toString(36).padStart(10, '0')}`,
    resource: { id: `dossier_${index}`, status: 'approved', score: (index * 7919) % 1000 },
    note: '',
  };
  const missing = bytes - JSON.stringify(data).length;
  let note = '';
  for (let part = 0; note.length < missing; part++) {
    note += `${((index + 1) * (part + 3) * 2_654_435_761) % 4_294_967_296} `;
  }
  data.note = note.slice(0, Math.max(0, missing));
  return data;
}

const tell = (message: FromOutside): void => {
  process.send?.(message);
};
process.on('disconnect', () => process.exit());
process.on('message', async (message: ToOutside) => {
  if (message.ask === 'forget') arrivals = [];
  else if (message.ask === 'arrivals') {
    tell({ tell: 'arrivals', arrivals });
    if (message.andForget) arrivals = [];
  } else {
    await post(message.order)
      .then((posted) => tell({ tell: 'posted', number: message.number, posted }))
      .catch((error: unknown) => tell({ tell: 'failed', message: String(error) }));
  }
});
const receiverUrls = await Promise.all(
  receivers.map(async (receiver) => {
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    // A TCP server's address is an object.
    return `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  }),
);
tell({ tell: 'ready', receiverUrls });

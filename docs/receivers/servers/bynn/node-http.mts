// Receives deliveries of the contract bynn, with node:http.
// Copy this file, put your work into `handle`, and run it. The endpoint’s URL ends in /webhooks.
//
//   Node.js 22.18 or newer (older ones: npx tsx)
//   npm install jose
//   node node-http.mts
//
// Environment:
//   WEBHOOK_TOKEN     the endpoint’s token
//   WEBHOOK_KEYS_URL  https://<Posthorn>/.well-known/<tenant>/<environment>/jwks.json, yours and no other
//   PORT              where it listens; 8080 if it is not set
//   INBOX             the folder for what was accepted; ./inbox if it is not set

import {
  createHash,
  createPublicKey,
  type JsonWebKey,
  type KeyObject,
  randomUUID,
  timingSafeEqual,
} from 'node:crypto';
import fs from 'node:fs';
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import path from 'node:path';
import { jwtVerify } from 'jose';

/** The key set of your tenant and environment, and no other: what is signed for others then does not verify. */
const KEYS_URL = new URL(process.env.WEBHOOK_KEYS_URL ?? '');
const FRESH_MS = 300_000;

type Look<T> = (keys: ReadonlyMap<string, KeyObject>) => Promise<T | undefined>;
let keys = new Map<string, KeyObject>();
let [fetchedAt, renewedAt] = [0, 0];

/** Looks with the cached keys, and if that gives nothing, with keys fetched anew: at most every 30 seconds. */
async function withKeys<T>(look: Look<T>): Promise<T | undefined> {
  if (Date.now() - fetchedAt > FRESH_MS) await fetchKeys();
  const found = await look(keys);
  if (found !== undefined || Date.now() - renewedAt < 30_000) return found;
  renewedAt = Date.now();
  await fetchKeys();
  return look(keys);
}

let fetching: Promise<void> | undefined;

/** Once for all that wait for it: forged requests, too, may come many at a time. */
function fetchKeys(): Promise<void> {
  fetching ??= readKeys().finally(() => {
    fetching = undefined;
  });
  return fetching;
}

async function readKeys(): Promise<void> {
  const response = await fetch(KEYS_URL, { signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new Error(`the key set answers ${response.status}`);
  const set = (await response.json()) as { keys: (JsonWebKey & { kid: string })[] };
  keys = new Map(set.keys.map((key) => [key.kid, createPublicKey({ key, format: 'jwk' })]));
  fetchedAt = Date.now();
}

/** The endpoint's own: others of your endpoints verify with the same keys. */
const TOKEN = Buffer.from(process.env.WEBHOOK_TOKEN ?? '');
if (TOKEN.length < 8) throw new Error('WEBHOOK_TOKEN: the endpoint’s token is missing');
const TOLERANCE_SECONDS = 5 * 60;

/** @returns nothing unless one of the keys signed it within the last day */
async function verify(headers: IncomingHttpHeaders, body: Buffer) {
  const given = Buffer.from(String(headers['x-webhook-token']));
  if (given.length !== TOKEN.length || !timingSafeEqual(given, TOKEN)) return undefined;
  const jwt = jwtOf(body);
  // By default the JWT has no `kid`, so each RSA key of the set may be the one.
  const event = await withKeys(async (keys) => {
    for (const key of keys.values()) {
      if (key.asymmetricKeyType !== 'rsa') continue;
      try {
        const { payload } = await jwtVerify(jwt, key, {
          algorithms: ['RS256'],
          clockTolerance: TOLERANCE_SECONDS,
          requiredClaims: ['iat', 'exp'],
        });
        return payload.data as { event_id: string };
      } catch {
        // Perhaps it was another key.
      }
    }
    return undefined;
  });
  // What is beside the JWT is not signed, and neither is any header.
  return event && { id: event.event_id, event };
}

function jwtOf(body: Buffer): string {
  try {
    return String(JSON.parse(body.toString('utf8')).jwt);
  } catch {
    return '';
  }
}

/** Your own work, for each event once. What throws here is tried again every hour, and at the next start. */
async function handle(id: string, _event: unknown): Promise<void> {
  console.log(`processed ${id}`);
}

// What was accepted: a file for each id, written before the answer, emptied once its event is processed, and kept
// for 41 days, since Posthorn may repeat a delivery for 40. A table with the id as its primary key does the same.
// One process only: two would both take up what is left in it.
const INBOX = process.env.INBOX ?? 'inbox';
const KEPT_MS = 41 * 24 * 3_600_000;

/** The largest delivery has less than 700 kB. */
const MAX_BODY_BYTES = 1_000_000;

/** @returns the status to answer; the work is done afterwards */
async function receive(headers: IncomingHttpHeaders, body: Buffer): Promise<number> {
  try {
    const delivery = await verify(headers, body);
    if (delivery === undefined) return 401;
    const file = keep(delivery.id, delivery.event);
    if (file !== undefined) enqueue(file);
    return 204;
  } catch (error) {
    console.error(error);
    return 500; // Ours, not the sender's: it is sent again.
  }
}

/** @returns nothing if the id was there already */
function keep(id: string, event: unknown): string | undefined {
  const file = path.join(INBOX, createHash('sha256').update(id).digest('hex'));
  const draft = path.join(INBOX, `${randomUUID()}.draft`);
  fs.writeFileSync(draft, JSON.stringify({ id, event }));
  try {
    fs.linkSync(draft, file); // Whole or not at all, and for one of two that come together.
    return file;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return undefined;
    throw error;
  } finally {
    fs.rmSync(draft);
  }
}

let queue = Promise.resolve();

function enqueue(file: string): void {
  queue = queue.then(() => work(file)).catch(console.error);
}

async function work(file: string): Promise<void> {
  const text = fs.readFileSync(file, 'utf8');
  if (text === '') return;
  const { id, event } = JSON.parse(text);
  await handle(id, event);
  fs.truncateSync(file);
}

function sweep(): void {
  for (const name of fs.readdirSync(INBOX)) {
    const file = path.join(INBOX, name);
    const { mtimeMs, size } = fs.statSync(file);
    if (Date.now() - mtimeMs > KEPT_MS) fs.rmSync(file);
    else if (size > 0 && !name.endsWith('.draft')) enqueue(file);
  }
}

fs.mkdirSync(INBOX, { recursive: true });
sweep();
setInterval(sweep, 3_600_000).unref();

/** @returns the raw bytes, or nothing if there are too many */
async function bodyOf(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

const server = createServer(async (request, response) => {
  try {
    if (request.method !== 'POST' || request.url !== '/webhooks') {
      response.writeHead(404).end();
      return;
    }
    const body = await bodyOf(request);
    response.writeHead(body === undefined ? 413 : await receive(request.headers, body)).end();
  } catch {
    response.destroy(); // The request broke off.
  }
});
server.listen(Number(process.env.PORT ?? 8080));

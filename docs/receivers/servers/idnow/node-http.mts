// Receives deliveries of the contract idnow, with node:http.
// Copy this file, put your work into `handle`, and run it. The endpoint’s URL ends in /webhooks.
//
//   Node.js 22.18 or newer (older ones: npx tsx)
//   npm install jose
//   node node-http.mts
//
// Environment:
//   WEBHOOK_SECRETS  the endpoint’s secret; during a rotation the new and the old, with a space between
//   WEBHOOK_HEADER   the endpoint’s option `headerName`; Authorization if it is not set
//   WEBHOOK_PREFIX   the endpoint’s option `prefix`; Bearer if it is not set
//   PORT             where it listens; 8080 if it is not set
//   INBOX            the folder for what was accepted; ./inbox if it is not set

import { createHash, randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { createServer, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import path from 'node:path';
import { jwtVerify } from 'jose';

/** The endpoint's secret, and while a rotation overlaps the one before it. */
const SECRETS = (process.env.WEBHOOK_SECRETS ?? '').split(/\s+/).filter(Boolean);
if (SECRETS.length === 0 || SECRETS.some((secret) => secret.length < 24)) {
  throw new Error('WEBHOOK_SECRETS: the endpoint’s secret is missing, or too short');
}

const TOLERANCE_SECONDS = 2 * 60;
/** The endpoint's options `headerName` and `prefix`. */
const HEADER = (process.env.WEBHOOK_HEADER || 'Authorization').toLowerCase();
const PREFIX = `${process.env.WEBHOOK_PREFIX || 'Bearer'} `;

/** @returns nothing unless one of the secrets signed it, for this body and within the last minutes */
async function verify(headers: IncomingHttpHeaders, body: Buffer) {
  const given = String(headers[HEADER] ?? '');
  const token = given.startsWith(PREFIX) ? given.slice(PREFIX.length) : given;
  const digest = createHash('sha256').update(body).digest('hex');
  for (const secret of SECRETS) {
    try {
      const { payload } = await jwtVerify(token, Buffer.from(secret), {
        algorithms: ['HS256'],
        clockTolerance: TOLERANCE_SECONDS,
        requiredClaims: ['iat', 'exp'],
      });
      // The JWT speaks of one body only: without this check it could be put beside any other.
      if (payload.body_sha256 !== digest) return undefined;
      const event = JSON.parse(body.toString('utf8'));
      return { id: String(event.eventId), event };
    } catch {
      // Perhaps it was the other secret.
    }
  }
  return undefined;
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

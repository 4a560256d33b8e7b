// The built-in receiver: takes deliveries on loopback, answers 200, and says of each what arrived and
// whether its signature verifies.
import { createServer, type IncomingMessage } from 'node:http';
import { isOwnHost, OTHER_HOST } from '../gate/hosts.ts';
import { answerJson, BodyTooLarge, close, listen, readBody } from '../gate/loopback-server.ts';
import { parseObject, textOf } from '../json.ts';
import { systemCode } from '../start-failure.ts';
import { harmless } from '../terminal.ts';
import type { EndpointSecrets } from './endpoint-secrets.ts';
import { type ReceivedDelivery, verifiers } from './verifiers.ts';

const MAX_BODY_BYTES = 10 * 1024 * 1024;
const METHODS = new Set(['POST', 'PUT', 'PATCH']);

type SignatureState = 'verified' | 'wrong' | 'unknown';

export interface Receipt {
  type: string;
  id: string;
  bytes: number;
  signature: SignatureState;
}

export interface Receiver {
  url: string;
  close(): Promise<void>;
}

/** Listens on the wanted port, or on any free one when that is taken. */
export async function startReceiver(
  wantedPort: number,
  secrets: EndpointSecrets,
  onReceipt: (receipt: Receipt) => void,
  hosts: readonly string[] = [],
): Promise<Receiver> {
  const server = createServer(async (request, response) => {
    if (!isOwnHost(request.headers.host, hosts))
      return answerJson(response, 421, { error: OTHER_HOST });
    if (!METHODS.has(request.method ?? '')) {
      return answerJson(response, 405, { error: 'deliveries use POST, PUT or PATCH' });
    }
    try {
      const body = await readBody(request, MAX_BODY_BYTES);
      // The answer does not wait for the check: its time is the delivery's time.
      answerJson(response, 200, { received: true });
      onReceipt(await receiptOf(request, body, `${url}${request.url ?? '/'}`, secrets));
    } catch (error) {
      if (response.headersSent) return;
      answerJson(response, error instanceof BodyTooLarge ? 413 : 400, { error: String(error) });
    }
  });
  server.keepAliveTimeout = 65_000;
  const host = '127.0.0.1';
  const port = await listen(server, wantedPort, host).catch((error: unknown) => {
    if (systemCode(error) !== 'EADDRINUSE') throw error;
    return listen(server, 0, host);
  });
  const url = `http://${host}:${port}`;
  return { url, close: () => close(server) };
}

async function receiptOf(
  request: IncomingMessage,
  body: Buffer,
  url: string,
  secrets: EndpointSecrets,
): Promise<Receipt> {
  const { headers } = request;
  const content = parseObject(body.toString());
  const id =
    textOf(content.event_id) ||
    textOf(content.id) ||
    String(headers['webhook-id'] ?? headers['idempotency-key'] ?? '-');
  return {
    type: textOf(content.type) || textOf(content.event_type) || '-',
    id,
    bytes: body.length,
    signature: await check({ headers, body }, url, secrets),
  };
}

/** Once with the secrets at hand, once more with fresh ones: an endpoint may be new or rotated. */
async function check(
  delivery: ReceivedDelivery,
  url: string,
  secrets: EndpointSecrets,
): Promise<SignatureState> {
  const first = checkKnown(delivery, url, secrets);
  if (first === 'verified') return first;
  try {
    await secrets.refresh();
  } catch {
    return first;
  }
  return checkKnown(delivery, url, secrets);
}

function checkKnown(
  delivery: ReceivedDelivery,
  url: string,
  secrets: EndpointSecrets,
): SignatureState {
  const candidates = secrets.known(url).filter(({ contract }) => contract in verifiers);
  if (candidates.length === 0) return 'unknown';
  const verified = candidates.some((keys) => verifiers[keys.contract]?.(delivery, keys));
  return verified ? 'verified' : 'wrong';
}

/** `  received dossier.created msg_1, 512 bytes, signature verified` */
export function receiptLine({ type, id, bytes, signature }: Receipt): string {
  const mark = { verified: '✓', wrong: '✗', unknown: '·' }[signature];
  return `  ${mark} received ${harmless(type)} ${harmless(id)}, ${bytes} bytes, signature ${signature}`;
}

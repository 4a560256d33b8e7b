import { createServer, type IncomingMessage } from 'node:http';
import { MAX_BODY_BYTES, receive } from './inbox.mts';

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

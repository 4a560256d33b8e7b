// A host of the portal: its page, and sessions for whoever is signed in. `npm start`, then:
//   POSTHORN_URL=http://127.0.0.1:3000 POSTHORN_KEY=<the tenant key> node examples/portal/server.mjs
// and http://localhost:4000, which `portal.origins` in cdk.json must name.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const { POSTHORN_URL, POSTHORN_KEY, PORT = '4000' } = process.env;
const page = readFileSync(new URL('index.html', import.meta.url), 'utf8').replaceAll(
  'https://hooks.example.com',
  POSTHORN_URL,
);

/** Your app knows who asks: here everybody is a developer. */
async function session(origin) {
  const response = await fetch(`${POSTHORN_URL}/v1/portal-sessions`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${POSTHORN_KEY}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ preset: 'developer', actor: 'example', embedOrigin: origin }),
  });
  return { status: response.status, body: await response.text() };
}

createServer(async (request, response) => {
  if (request.url === '/webhooks-session' && request.method === 'POST') {
    const { status, body } = await session(`http://${request.headers.host}`);
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(body);
    return;
  }
  response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(page);
}).listen(Number(PORT), () => console.log(`http://localhost:${PORT}`));

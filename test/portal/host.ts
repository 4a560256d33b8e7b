// A host's app for tests: what docs/portal.md tells its server and its page to do, with addresses of this machine.
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type Express, type RequestHandler } from 'express';

const guide = readFileSync(new URL('../../docs/portal.md', import.meta.url), 'utf8');

/** The guide's code, step by step. */
export function guideBlocks(language: string): string[] {
  const steps = guide.slice(guide.indexOf('## Embed it'), guide.indexOf('## Without embedding'));
  return [...steps.matchAll(new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 'gs'))].map(
    ([, code = '']) => code.replaceAll(/^ {3}/gm, ''),
  );
}

/** The words that the guide lists. */
export function guideWords(): string[] {
  const [, table = ''] = guide.split('| where | words |\n');
  const rows = table.slice(0, table.indexOf('\n\n')).split('\n').slice(1);
  return rows.flatMap((row) => [...row.matchAll(/`([^`]+)`/g)].map(([, own = '']) => own));
}

export interface Host {
  readonly origin: string;
  /** How often its server made a session. */
  sessions(): number;
  /** What the next sessions are made with, beside what the guide says. */
  readonly more: Record<string, unknown>;
  close(): Promise<void>;
}

/** Opens a port before anything is known of the service. */
export async function openHost(): Promise<{ server: Server; origin: string }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // Another site than the service's address: what it sets would be a third party's.
  return { server, origin: `http://localhost:${(server.address() as AddressInfo).port}` };
}

export interface Service {
  readonly url: string;
  readonly key: string;
}

/** @param pages further pages by their path */
export function serveHost(
  { server, origin }: { server: Server; origin: string },
  service: Service,
  pages: Readonly<Record<string, string>> = {},
): Host {
  const app = express();
  const more: Record<string, unknown> = {};
  let sessions = 0;
  const requireSignIn: RequestHandler = (request, _response, next) => {
    Object.assign(request, { user: { isAdmin: true, email: 'zoe@acme.example' } });
    next();
  };
  /** The guide's fetch, with what a test adds to its body. */
  const counting = (address: string, init: RequestInit) => {
    sessions++;
    const body = JSON.stringify({ ...JSON.parse(String(init.body)), ...more });
    return fetch(address, { ...init, body, headers: withoutTenant(init.headers) });
  };
  const [code = ''] = guideBlocks('js');
  const run = new Function(
    'app',
    'requireSignIn',
    'fetch',
    'process',
    local(code, service, origin),
  );
  run(app, requireSignIn, counting, { env: { POSTHORN_KEY: service.key } });
  app.get('/favicon.ico', (_request, response) => void response.status(204).end());
  const [html = ''] = guideBlocks('html');
  addPage(app, '/', `<!doctype html><title>Host</title>${local(html, service, origin)}`);
  for (const [path, page] of Object.entries(pages))
    addPage(app, path, local(page, service, origin));
  server.on('request', app);
  return {
    origin,
    sessions: () => sessions,
    more,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The test's key is a tenant's, which names no tenant. */
function withoutTenant(headers: RequestInit['headers']): Headers {
  const all = new Headers(headers);
  all.delete('Posthorn-Tenant');
  return all;
}

const local = (text: string, { url }: Service, origin: string): string =>
  text.replaceAll('https://hooks.example.com', url).replaceAll('https://app.example.com', origin);

function addPage(app: Express, path: string, page: string): void {
  app.get(path, (_request, response) => {
    response.type(path.endsWith('.js') ? 'js' : 'html').send(page);
  });
}

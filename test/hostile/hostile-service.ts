// A service that means harm, and another place that no request may reach.
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import document from '../../docs/openapi.json' with { type: 'json' };
import { type Attack, ESCAPES } from './attacks/answers.ts';

export interface HostileService {
  readonly url: string;
  /** Paths that were asked for since the last change of `attack`. */
  readonly asked: string[];
  /** Paths that were asked for elsewhere. */
  readonly stolen: string[];
  use(write: Attack['write'] | 'in values'): void;
  close(): Promise<void>;
}

export async function startHostileService(): Promise<HostileService> {
  const [asked, stolen]: string[][] = [[], []];
  let write: Attack['write'] | 'in values' = 'in values';
  const elsewhere = await listen((path, _, response) => {
    stolen?.push(path);
    response.end('{}');
  });
  const service = await listen((path, method, response) => {
    asked?.push(path);
    if (write !== 'in values') return write(response, elsewhere.url);
    const body = JSON.stringify(valueAt(method, path));
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  });
  return {
    url: service.url,
    asked: asked ?? [],
    stolen: stolen ?? [],
    use(attack) {
      write = attack;
      asked?.splice(0);
    },
    async close() {
      await Promise.all([service.close(), elsewhere.close()]);
    },
  };
}

async function listen(answer: (path: string, method: string, response: ServerResponse) => void) {
  const server: Server = createServer((request, response) => {
    request.resume();
    request.on('end', () => answer(request.url ?? '', request.method ?? '', response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on a port
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
}

/** What the document says that the operation answers, with escapes in each text and in a name that it does not know. */
function valueAt(method: string, path: string): unknown {
  const { pathname } = new URL(path, 'http://localhost');
  const found = Object.entries(document.paths).find(([template]) =>
    new RegExp(`^${template.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`).test(pathname),
  );
  const operation = Object(Object(found?.[1])[method.toLowerCase()]);
  const responses: Record<string, object> = Object(operation.responses);
  const [, response] = Object.entries(responses).findLast(([status]) => status < '300') ?? [];
  const content: { schema?: Schema }[] = Object.values(Object(Object(response).content));
  return hostile(content[0]?.schema ?? {});
}

const SCHEMAS: Readonly<Record<string, Schema>> = Object(document.components.schemas);

function hostile(schema: Schema, name = '', depth = 0): unknown {
  // It would be asked for without end.
  if (name === 'next') return null;
  if (schema.$ref) return hostile(SCHEMAS[schema.$ref.split('/').at(-1) ?? ''] ?? {}, name, depth);
  const [first] = schema.anyOf ?? schema.oneOf ?? [];
  if (first) return hostile(first, name, depth);
  if (schema.allOf) {
    return Object.assign({}, ...schema.allOf.map((one) => hostile(one, name, depth)));
  }
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'array') return depth > 6 ? [] : [hostile(schema.items ?? {}, name, depth + 1)];
  if (type === 'number' || type === 'integer') return 1;
  if (type === 'boolean') return true;
  if (type !== 'object' && !schema.properties) return ESCAPES;
  const members = Object.entries(schema.properties ?? {}).map(
    ([key, member]) => [key, depth > 6 ? ESCAPES : hostile(member, key, depth + 1)] as const,
  );
  return { ...Object.fromEntries(members), [ESCAPES]: ESCAPES };
}

// The few calls of Posthorn's HTTP API that the demo makes, with answers parsed at the edge: what a
// producer's own client would look like.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** Something the person at the keyboard can mend: shown as a message, without a stack. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
}

const Endpoint = z.object({ id: z.string() });
const Secret = z.object({ secret: z.string() });
const Accepted = z.object({ id: z.string(), duplicate: z.boolean() });
const StoredEvent = z.object({
  deliveries: z.array(
    z.object({ endpoint: z.string(), status: z.string(), attempts: z.array(z.unknown()) }),
  ),
});
const Secrets = z.record(z.string(), z.string());
const Problem = z.object({
  title: z.string(),
  detail: z.string().optional(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
});

export type Delivery = z.infer<typeof StoredEvent>['deliveries'][number];

/** Calls on behalf of one tenant, with the operator's key. */
export class Service {
  readonly #url: string;
  readonly #headers: Record<string, string>;
  readonly #tenant: string;

  constructor(url: string, operatorKey: string, tenant: string) {
    this.#url = url.replace(/\/+$/, '');
    this.#tenant = tenant;
    this.#headers = { authorization: `Bearer ${operatorKey}`, 'posthorn-tenant': tenant };
  }

  async putTenant(name: string): Promise<void> {
    await this.#call('PUT', `/v1/tenants/${this.#tenant}`, { name });
  }

  async createEndpoint(body: {
    url: string;
    eventTypes: readonly string[];
    description: string;
  }): Promise<string> {
    return Endpoint.parse(await this.#call('POST', '/v1/endpoints', body)).id;
  }

  /** The endpoint's signing secret, in the form `whsec_...`. */
  async readSecret(endpoint: string): Promise<string> {
    return Secret.parse(await this.#call('GET', `/v1/endpoints/${endpoint}/secret`)).secret;
  }

  async deleteEndpoint(endpoint: string): Promise<void> {
    await this.#call('DELETE', `/v1/endpoints/${endpoint}`);
  }

  async sendEvent(event: unknown): Promise<string> {
    return Accepted.parse(await this.#call('POST', '/v1/events', event)).id;
  }

  /** The event's deliveries; `undefined` as long as fan-out has not stored it. */
  async readDeliveries(event: string): Promise<readonly Delivery[] | undefined> {
    const response = await this.#fetch('GET', `/v1/events/${event}`);
    if (response.status === 404 && response.headers.has('retry-after')) {
      await response.body?.cancel();
      await sleep(Math.min(Number(response.headers.get('retry-after')) || 1, 5) * 1000);
      return undefined;
    }
    return StoredEvent.parse(await readAnswer(response)).deliveries;
  }

  async #call(method: string, path: string, body?: unknown): Promise<unknown> {
    return readAnswer(await this.#fetch(method, path, body));
  }

  async #fetch(method: string, path: string, body?: unknown): Promise<Response> {
    try {
      return await fetch(this.#url + path, {
        method,
        headers: { ...this.#headers, ...(body ? { 'content-type': 'application/json' } : {}) },
        ...(body ? { body: JSON.stringify(body) } : {}),
        signal: AbortSignal.timeout(15_000),
      });
    } catch (cause) {
      throw new DemoError(
        `No answer from ${this.#url}: start the service with npm start, or set POSTHORN_URL.`,
        { cause },
      );
    }
  }
}

async function readAnswer(response: Response): Promise<unknown> {
  const text = await response.text();
  if (response.ok) return text === '' ? undefined : JSON.parse(text);
  const call = `${new URL(response.url).pathname} answered ${response.status}`;
  const problem = Problem.safeParse(parseOrUndefined(text));
  if (!problem.success) throw new DemoError(`${call}: ${text.slice(0, 200)}`);
  const { title, detail, errors = [] } = problem.data;
  const faults = errors.map((fault) => `\n  ${fault.path}: ${fault.message}`).join('');
  const hint =
    response.status === 401 ? '\nSet POSTHORN_OPERATOR_KEY to the key of the service.' : '';
  throw new DemoError(`${call}: ${detail ?? title}${faults}${hint}`);
}

function parseOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * The operator's key: POSTHORN_OPERATOR_KEY, or the one that `npm start` generated and keeps in its
 * data folder, with the stack's other secrets by their logical ids.
 */
export async function readOperatorKey(env: NodeJS.ProcessEnv): Promise<string> {
  if (env.POSTHORN_OPERATOR_KEY) return env.POSTHORN_OPERATOR_KEY;
  const folder = fileURLToPath(new URL('../../.posthorn', import.meta.url));
  const file = join(env.POSTHORN_DATA_DIR || folder, 'secrets.json');
  const text = await readFile(file, 'utf8').catch(() => '');
  const secrets = Secrets.safeParse(parseOrUndefined(text)).data ?? {};
  const key = Object.entries(secrets).find(([id]) => id.includes('Operator'))?.[1];
  if (key !== undefined) return key;
  throw new DemoError(
    `No operator key in ${file}: set POSTHORN_OPERATOR_KEY to the one that npm start prints.`,
  );
}

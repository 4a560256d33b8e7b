// Pools of connections, one for each set of client certificates.
import { createHash } from 'node:crypto';
import type { Agent as UndiciAgent } from 'undici';
// Not from undici's index, for the size of the bundles: see ../../undici-agent.d.ts.
import Agent from 'undici/lib/dispatcher/agent.js';
import type { EndpointTls } from '../../../core/destinations/http/tls.ts';
import { type ConnectionOptions, createConnector } from './connection.ts';

interface Agents {
  readonly kept: UndiciAgent;
  /** Each of its connections serves one request. */
  readonly fresh: UndiciAgent;
}

/** Pools at a time, of endpoints with certificates of their own. */
const MAX_OWN = 100;

/**
 * To one origin. As many as there may be deliveries in flight on one machine, where one process takes all
 * invocations of dispatch: 200 batches of 10. Fewer would let a slow endpoint hold up others of its host.
 */
const CONNECTIONS = 2_000;

/** A connection that one endpoint's certificates made must not serve another endpoint. */
export function createAgentsOf(
  options: ConnectionOptions,
): (tls: EndpointTls | undefined) => Agents {
  const common = createAgents(options, undefined);
  const own = new Map<string, Agents>();
  return (tls) => {
    if (tls === undefined) return common;
    const key = createHash('sha256')
      .update(JSON.stringify([tls.ca, tls.cert, tls.key, tls.minVersion]))
      .digest('base64');
    const known = own.get(key) ?? createAgents(options, tls);
    // The pool used last goes to the end, and the first makes room once its requests have ended.
    own.delete(key);
    own.set(key, known);
    const [oldest] = own;
    if (own.size > MAX_OWN && oldest) {
      own.delete(oldest[0]);
      void Promise.all([oldest[1].kept.close(), oldest[1].fresh.close()]);
    }
    return known;
  };
}

function createAgents(options: ConnectionOptions, tls: EndpointTls | undefined): Agents {
  const common = {
    connect: createConnector(options, tls),
    connections: CONNECTIONS,
    keepAliveTimeout: 10_000,
    maxHeaderSize: 32 * 1024,
    allowH2: false,
    // The exchange has one deadline for all of this.
    headersTimeout: 0,
    bodyTimeout: 0,
  };
  return {
    kept: new Agent({ ...common, maxOrigins: 1_000, pipelining: 1 }),
    // No pipelining at all means that a connection serves one request.
    fresh: new Agent({ ...common, pipelining: 0 }),
  };
}

// Outpost, https://github.com/hookdeck/outpost: PEER_OUTPOST is the path of `outpost-server`, with `outpost` beside it
// (`go build ./cmd/outpost ./cmd/outpost-server`). It needs Redis, RabbitMQ and Postgres, whose databases it changes.
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { TENANT } from '../outside/services.ts';
import { call, cpuWithStores, type Peer, startServer, stopServer } from './peer.ts';
import { POSTGRES_URL, REDIS_URL, STORES } from './stores.ts';

const PORT = '18472';
const KEY = 'outpost';
const TOPICS = 'single,healthy,neighbour';

export async function startOutpost(file: string): Promise<Peer> {
  const redis = new URL(REDIS_URL);
  const env = {
    API_PORT: PORT,
    API_KEY: KEY,
    API_JWT_SECRET: 'jwt',
    AES_ENCRYPTION_SECRET: 'sealing',
    TOPICS,
    REDIS_HOST: redis.hostname,
    REDIS_PORT: redis.port,
    POSTGRES_URL,
    RABBITMQ_SERVER_URL: process.env.PEER_RABBITMQ ?? 'amqp://guest:guest@127.0.0.1:5672',
    DISABLE_TELEMETRY: 'true',
    // As shipped it makes one delivery at a time, and gives up after 5 s.
    DELIVERY_MAX_CONCURRENCY: '64',
    LOG_MAX_CONCURRENCY: '8',
    LOG_BATCH_THRESHOLD_SECONDS: '1',
    DELIVERY_TIMEOUT_SECONDS: '10',
    MAX_DESTINATIONS_PER_TENANT: '200',
    LOG_LEVEL: 'error',
    GIN_MODE: 'release',
  };
  execFileSync(join(dirname(file), 'outpost'), ['migrate', 'apply', '--yes'], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const url = `http://127.0.0.1:${PORT}`;
  const server = await startServer(file, [], env, `${url}/healthz`);
  const headers = { Authorization: `Bearer ${KEY}` };
  const tenant = `${url}/api/v1/tenants/${TENANT}`;
  // Destinations of an earlier round would receive as well.
  await fetch(tenant, { method: 'DELETE', headers });
  await call('PUT', tenant, headers, {});
  return {
    order: { url, key: KEY, service: 'outpost' },
    async endpoint(receiver, topic) {
      const destination = { type: 'webhook', topics: [topic], config: { url: receiver } };
      await call('POST', `${tenant}/destinations`, headers, destination);
    },
    cpuMs: () => cpuWithStores(server, STORES),
    stop: () => stopServer(server),
  };
}

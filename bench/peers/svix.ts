// Svix, https://github.com/svix/svix-webhooks: PEER_SVIX is the path of `svix-server` (`cargo build --release` in its
// folder `server`). It needs Redis and Postgres, whose databases it changes.
import { execFileSync } from 'node:child_process';
import { TENANT } from '../outside/services.ts';
import { call, cpuWithStores, type Peer, startServer, stopServer } from './peer.ts';
import { POSTGRES_URL, REDIS_URL, STORES } from './stores.ts';

const PORT = '18473';

export async function startSvix(file: string): Promise<Peer> {
  const env = {
    SVIX_LISTEN_ADDRESS: `127.0.0.1:${PORT}`,
    SVIX_JWT_SECRET: 'a secret for the bench',
    SVIX_MAIN_SECRET: 'another secret for the bench',
    SVIX_DB_DSN: POSTGRES_URL,
    SVIX_REDIS_DSN: REDIS_URL,
    SVIX_QUEUE_TYPE: 'redis',
    SVIX_CACHE_TYPE: 'redis',
    SVIX_WHITELIST_SUBNETS: '[127.0.0.0/8]',
    SVIX_WORKER_REQUEST_TIMEOUT: '10',
    SVIX_LOG_LEVEL: 'error',
  };
  const own = { env: { PATH: process.env.PATH ?? '', ...env }, encoding: 'utf8' } as const;
  execFileSync(file, ['migrate'], own);
  const key =
    /[\w-]+\.[\w-]+\.[\w-]+/.exec(execFileSync(file, ['jwt', 'generate'], own))?.[0] ?? '';
  const url = `http://127.0.0.1:${PORT}`;
  const server = await startServer(file, [], env, `${url}/api/v1/health/ping`);
  const headers = { Authorization: `Bearer ${key}` };
  const app = `${url}/api/v1/app/${TENANT}`;
  // Endpoints of an earlier round would receive as well.
  await fetch(`${app}/`, { method: 'DELETE', headers });
  await call('POST', `${url}/api/v1/app/`, headers, { name: 'Bench', uid: TENANT });
  return {
    order: { url, key, service: 'svix' },
    async endpoint(receiver, type) {
      const name = { name: type, description: 'of the bench' };
      // It may be there from an earlier round.
      await call('POST', `${url}/api/v1/event-type/`, headers, name).catch(() => undefined);
      await call('POST', `${app}/endpoint/`, headers, { url: receiver, filterTypes: [type] });
    },
    cpuMs: () => cpuWithStores(server, STORES),
    stop: () => stopServer(server),
  };
}

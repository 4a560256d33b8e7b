// Posthorn as `npm start` runs it, with an empty data folder.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TENANT } from '../outside/services.ts';
import { call, cpuWithStores, type Peer, startServer, stopServer } from './peer.ts';

const PORT = '18471';
const KEY = 'a-key-of-the-operator-for-the-bench';

export async function startPosthorn(): Promise<Peer> {
  const dataDir = mkdtempSync(join(tmpdir(), 'posthorn-peer-'));
  const url = `http://127.0.0.1:${PORT}`;
  const start = fileURLToPath(new URL('../../local/start.ts', import.meta.url));
  const env = { PORT, POSTHORN_OPERATOR_KEY: KEY, POSTHORN_DATA_DIR: dataDir };
  const server = await startServer(process.execPath, [start], env, `${url}/health`);
  const headers = { Authorization: `Bearer ${KEY}`, 'Posthorn-Tenant': TENANT };
  await call('PUT', `${url}/v1/tenants/${TENANT}`, headers, { name: 'Bench' });
  // Of the API's schema: the answer to a new key has it.
  const { key } = (await call('POST', `${url}/v1/keys`, headers, { preset: 'producer' })) as {
    key: string;
  };
  return {
    order: { url, key, service: 'posthorn' },
    async endpoint(receiver, type) {
      await call('POST', `${url}/v1/endpoints`, headers, { url: receiver, eventTypes: [type] });
    },
    cpuMs: () => cpuWithStores(server, []),
    async stop() {
      await stopServer(server);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

// The tenant that `npm start` prepares, with one key that is kept in the data folder.
import { z } from 'zod';
import type { Runtime } from '../runtime.ts';

const FILE = 'tenant-key.json';
const DEMO_TENANT = 'demo';

const keptShape = z.object({ key: z.string() });

/** The demo tenant's key: the kept one while it works, otherwise a new one. */
export async function prepareDemoTenant(runtime: Runtime): Promise<string> {
  const { url, operatorKey, folder } = runtime;
  const asOperator = { authorization: `Bearer ${operatorKey}`, 'content-type': 'application/json' };
  await expectOk(
    await fetch(`${url}/v1/tenants/${DEMO_TENANT}`, {
      method: 'PUT',
      headers: asOperator,
      body: JSON.stringify({ name: 'Demo' }),
    }),
  );
  const kept = keptShape.safeParse(folder.readSecretJson(FILE));
  if (kept.success && (await works(url, kept.data.key))) return kept.data.key;
  const response = await fetch(`${url}/v1/keys`, {
    method: 'POST',
    headers: { ...asOperator, 'posthorn-tenant': DEMO_TENANT },
    body: JSON.stringify({ name: 'npm start' }),
  });
  await expectOk(response);
  const { key } = keptShape.parse(await response.json());
  folder.writeSecretJson(FILE, { key });
  return key;
}

async function works(url: string, key: string): Promise<boolean> {
  const headers = { authorization: `Bearer ${key}` };
  const response = await fetch(`${url}/v1/endpoints?limit=1`, { headers });
  await response.body?.cancel();
  return response.status !== 401;
}

async function expectOk(response: Response): Promise<void> {
  if (response.ok) return;
  const { pathname } = new URL(response.url);
  throw new Error(`${pathname} answered ${response.status}: ${await response.text()}`);
}

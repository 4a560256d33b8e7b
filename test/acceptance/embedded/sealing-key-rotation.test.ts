// The sealing key is rotated under load: 500 endpoints are sealed anew while deliveries go on, none fails, and
// everything opens once the old key is gone.
import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Runtime, startRuntime } from '../../../local/runtime.ts';
import { eventually, inParallel } from '../../builders/eventually.ts';
import { startReceiver, type TestReceiver } from '../../builders/receiver.ts';
import { temporaryFolder } from '../../local/emulators.ts';
import { call, newTenant, type TestTenant } from '../client.ts';

const ENDPOINTS = 500;
const folder = temporaryFolder();
let runtime: Runtime;
let receiver: TestReceiver;
let tenant: TestTenant;
const secretsOf = new Map<string, string>();

const start = () => startRuntime({ dataDir: folder.path, receiver: false, quiet: true });
beforeAll(async () => {
  receiver = await startReceiver();
  runtime = await start();
  tenant = await newTenant({ ...runtime, remove: () => runtime.stop() });
  const all = Array.from({ length: ENDPOINTS }, (_, index) => index);
  await inParallel(all, 8, async (index) => {
    const more = { eventTypes: ['spread'], contract: 'kyc-hmac' };
    const made = await tenant.endpoint(`${receiver.url}/${index}`, more);
    secretsOf.set(made.id, made.secret);
  });
}, 120_000);
afterAll(async () => {
  await runtime?.stop();
  await receiver?.close();
  folder.remove();
});

const asOperator = (method: string, path: string, body: unknown = {}) =>
  call(runtime, method, path, { key: runtime.operatorKey, ...(method === 'GET' ? {} : { body }) });

async function changeSecret(change: (secret: string) => unknown): Promise<void> {
  const client = new SecretsManagerClient({
    endpoint: runtime.aws.controlUrl,
    region: 'us-east-1',
    credentials: runtime.aws.credentials,
  });
  const [sealing] = runtime.stack
    .resources('AWS::SecretsManager::Secret')
    .filter(({ logicalId }) => logicalId.startsWith('KeysSealing'));
  const SecretId = runtime.stack.reference(sealing?.logicalId ?? '');
  const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId }));
  const SecretString2 = JSON.stringify(change(SecretString));
  await client.send(new PutSecretValueCommand({ SecretId, SecretString: SecretString2 }));
  client.destroy();
}

/** Deliveries of an event, page by page, once none of them is under way. */
const deliveriesOf = (eventId: string) =>
  eventually(async () => {
    const ended: DeliveryBody[] = [];
    let next: string | null = '';
    while (next !== null) {
      const path: string = `/v1/deliveries?event=${eventId}&limit=100${next && `&cursor=${next}`}`;
      const { status, body } = await call(runtime, 'GET', path, { key: tenant.key });
      // It may not be stored yet.
      if (status === 404) return false;
      const page = body as unknown as { data: DeliveryBody[]; next: string | null };
      ended.push(...page.data.filter(({ attempts }) => attempts.length > 0));
      next = page.next;
    }
    return ended.length === ENDPOINTS && ended;
  }, 120_000);

interface DeliveryBody {
  readonly status: string;
  readonly attempts: readonly { readonly outcome: string }[];
}

it('500 endpoints are sealed anew while deliveries go on, and none fails', async () => {
  const events = [await tenant.event({ type: 'spread', data: { n: 0 } })];
  await changeSecret((one) => ({ current: 2, keys: { 1: one, 2: 'two-'.repeat(16) } }));

  let resealed = 0;
  let next: string | null = null;
  do {
    events.push(await tenant.event({ type: 'spread', data: { n: events.length } }));
    const { status, body } = await asOperator(
      'POST',
      '/v1/sealing-keys/reseal',
      next ? { cursor: next } : {},
    );
    expect(status).toBe(200);
    const walk = body as unknown as { resealed: number; left: number; next: string | null };
    expect(walk.left).toBe(0);
    resealed = walk.resealed;
    next = walk.next;
  } while (next !== null);
  // The signing keys may be among them.
  expect(resealed).toBeGreaterThanOrEqual(ENDPOINTS);
  events.push(await tenant.event({ type: 'spread', data: { n: events.length } }));

  for (const id of events) {
    const outcomes = (await deliveriesOf(id)).flatMap(({ attempts }) =>
      attempts.map(({ outcome }) => outcome),
    );
    expect(outcomes).toEqual(Array(ENDPOINTS).fill('http_204'));
  }
}, 240_000);

it('everything opens after the old key was dropped, in functions that never saw it', async () => {
  await changeSecret((both) => {
    const { keys } = JSON.parse(String(both));
    return { current: 2, keys: { 2: keys[2] } };
  });
  await runtime.stop();
  runtime = await start();
  const target = { ...runtime, remove: () => runtime.stop() };
  await inParallel([...secretsOf], 8, async ([id, secret]) => {
    const { status, body } = await call(target, 'GET', `/v1/endpoints/${id}/secret`, {
      key: tenant.key,
    });
    expect([status, body.secret]).toEqual([200, secret]);
  });
  const accepted = await call(target, 'POST', '/v1/events', {
    key: tenant.key,
    body: { type: 'spread', data: {} },
  });
  const ended = await deliveriesOf(String(accepted.body.id));
  expect(ended.every(({ status }) => status === 'delivered')).toBe(true);
}, 240_000);

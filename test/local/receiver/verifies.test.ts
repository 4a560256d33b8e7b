// The embedded runtime's own receiver verifies all five contracts and shows it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Receipt } from '../../../local/receiver/receiver.ts';
import { type Runtime, startRuntime } from '../../../local/runtime.ts';
import { within } from '../../core/contracts/service.ts';
import { temporaryFolder } from '../emulators.ts';

const OPERATOR_KEY = 'an-operator-key-of-more-than-32-characters';
const folder = temporaryFolder();
const receipts: Receipt[] = [];
let runtime: Runtime;

async function ask(method: string, path: string, body: unknown) {
  const response = await fetch(runtime.url + path, {
    method,
    headers: {
      authorization: `Bearer ${OPERATOR_KEY}`,
      'posthorn-tenant': 'acme',
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  });
  expect(response.ok, await response.clone().text()).toBe(true);
}

beforeAll(async () => {
  runtime = await startRuntime({
    dataDir: folder.path,
    operatorKey: OPERATOR_KEY,
    quiet: true,
    onReceipt: (receipt) => receipts.push(receipt),
  });
  await ask('PUT', '/v1/tenants/acme', { name: 'Acme' });
}, 120_000);
afterAll(async () => {
  await runtime.stop();
  folder.remove();
});

describe('the built-in receiver', () => {
  it.each([
    ['standard-webhooks', {}],
    ['standard-webhooks', { signature: 'v1a' }],
    ['bynn', { kid: true }],
    ['kyc-hmac', {}],
    ['kyc-hmac', { signedContent: 'timestamp.body' }],
    ['bronid', {}],
    ['idnow', {}],
    ['idnow', { headerName: 'X-Idnow-Jwt', prefix: '' }],
  ])('verifies a delivery of %s with the options %j', async (contract, contractOptions) => {
    const type = `shown.${contract}.n${receipts.length}`;
    const url = `${runtime.receiverUrl}/${type}`;
    await ask('POST', '/v1/endpoints', { url, contract, contractOptions, eventTypes: [type] });
    const before = receipts.length;
    await ask('POST', '/v1/events', { type, data: { name: 'Zoë' } });
    const receipt = await within(20, () => receipts[before]);
    expect(receipt.signature).toBe('verified');
  });
});

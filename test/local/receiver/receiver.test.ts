import { createServer, type Server } from 'node:http';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { answerJson, close, listenOnLoopback } from '../../../local/gate/loopback-server.ts';
import { EndpointSecrets } from '../../../local/receiver/endpoint-secrets.ts';
import {
  type Receipt,
  type Receiver,
  receiptLine,
  startReceiver,
} from '../../../local/receiver/receiver.ts';
import { eventually } from '../emulators.ts';

const secret = `whsec_${Buffer.from('a'.repeat(32)).toString('base64')}`;
let secretNow: string;
let endpoints: { id: string; url: string; contract: string }[] = [];
let api: Server;
let receiver: Receiver;
const receipts: Receipt[] = [];

beforeAll(async () => {
  api = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const isLive = request.headers['posthorn-environment'] === 'live';
    if (request.headers.authorization !== 'Bearer operator') return answerJson(response, 401, {});
    if (pathname === '/v1/tenants') {
      return answerJson(response, 200, { data: [{ id: 'demo' }], next: null });
    }
    if (pathname === '/v1/endpoints') {
      return answerJson(response, 200, { data: isLive ? endpoints : [], next: null });
    }
    return answerJson(response, 200, { secret: secretNow });
  });
  const apiUrl = await listenOnLoopback(api);
  const secrets = new EndpointSecrets(() => apiUrl, 'operator');
  receiver = await startReceiver(0, secrets, (receipt) => receipts.push(receipt));
});
afterAll(async () => {
  await receiver.close();
  await close(api);
});
beforeEach(() => {
  receipts.length = 0;
  secretNow = secret;
  endpoints = [{ id: 'ep_1', url: `${receiver.url}/hook`, contract: 'standard-webhooks' }];
});

async function deliver(path: string, signedWith = secret): Promise<Receipt> {
  const body = JSON.stringify({ type: 'dossier.created', data: {} });
  const now = new Date();
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': new Webhook(signedWith).sign('msg_1', now, body),
  };
  const response = await fetch(receiver.url + path, { method: 'POST', headers, body });
  expect(response.status).toBe(200);
  return eventually(() => receipts.pop());
}

describe('the built-in receiver', () => {
  it('says what arrived and that its signature verifies', async () => {
    const receipt = await deliver('/hook');
    expect(receiptLine(receipt)).toBe(
      '  ✓ received dossier.created msg_1, 36 bytes, signature verified',
    );
  });

  it('sees a wrong signature', async () => {
    const other = `whsec_${Buffer.from('b'.repeat(32)).toString('base64')}`;
    expect((await deliver('/hook', other)).signature).toBe('wrong');
  });

  it('learns of a new endpoint and of a rotated secret by itself', async () => {
    endpoints = [{ id: 'ep_2', url: `${receiver.url}/new`, contract: 'standard-webhooks' }];
    secretNow = `whsec_${Buffer.from('c'.repeat(32)).toString('base64')}`;
    expect((await deliver('/new', secretNow)).signature).toBe('verified');
  });

  it('calls a signature unknown when no endpoint or no verifier is known', async () => {
    expect((await deliver('/elsewhere')).signature).toBe('unknown');
    endpoints = [{ id: 'ep_3', url: `${receiver.url}/odd`, contract: 'of-tomorrow' }];
    expect((await deliver('/odd')).signature).toBe('unknown');
  });

  it('takes deliveries only', async () => {
    expect((await fetch(receiver.url)).status).toBe(405);
  });
});

// What a delivery costs: the common one is one write of one unit, log included.
import { describe, expect, it } from 'vitest';
import { itemBytes, writeUnits } from '../../../lambdas/adapters/items/size.ts';
import { fromDeliveryItem, toDeliveryItem } from '../../../lambdas/adapters/ledger/items.ts';
import type { ContractName } from '../../../lambdas/core/contracts/all.ts';
import { contractOf } from '../../../lambdas/core/contracts/all.ts';
import { advance, freshDelivery } from '../../../lambdas/core/deliveries/advance.ts';
import type { Attempt, Delivery } from '../../../lambdas/core/deliveries/delivery.ts';
import type { Endpoint } from '../../../lambdas/core/endpoints/endpoint.ts';
import { bodyHash } from '../../../lambdas/core/requests/body-hash.ts';
import { composeRequest } from '../../../lambdas/core/requests/compose.ts';
import { keptRequest, shownHeaders } from '../../../lambdas/core/requests/shown-headers.ts';
import { settingsSchema } from '../../../lambdas/core/settings.ts';
import { anEvent, ENDPOINT_ID, NOON_MS } from '../../builders/events.ts';
import { answered } from '../../builders/outcomes.ts';

const settings = settingsSchema.parse({});
const MESSAGE = '0a1b2c3d-0a1b-2c3d-4e5f-0a1b2c3d4e5f';
const REQUEST = '5f4e3d2c-0a1b-2c3d-4e5f-0a1b2c3d4e5f';
const event = anEvent({
  type: 'identity_document.approved',
  data: JSON.stringify({ noise: 'x'.repeat(1000) }),
});

interface Kind {
  readonly contract?: ContractName;
  readonly body?: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

async function delivered({
  contract = 'standard-webhooks',
  body = '{"received":true}',
  status = 200,
  headers = {},
}: Kind = {}): Promise<Delivery> {
  const contractOptions = contractOf(contract).optionsSchema.parse({});
  const endpoint: Endpoint = {
    tenant: 'acme',
    environment: 'live',
    id: ENDPOINT_ID,
    destination: { kind: 'http', urls: [{ url: 'https://hooks.example.com/' }] },
    contract,
    contractOptions,
    eventTypes: [],
    channels: [],
    method: 'POST',
    headers,
    timeoutMs: 10_000,
    autoPause: true,
    description: '',
    sealedSecrets: [],
    maskedSecret: '',
    createdAtMs: 0,
    version: 1,
  };
  const formed = await composeRequest({
    endpoint,
    target: { kind: 'http', url: 'https://hooks.example.com/', method: 'POST' },
    facts: { event, tenantName: 'Acme', idempotencyKey: 'wh_x', token: 'wh_token', issuer: 'p' },
    moment: {
      nowMs: NOON_MS,
      secrets: ['s'.repeat(32)],
      jti: REQUEST,
      keys: {},
      ownSignature: true,
    },
    attempt: 1,
    nonce: 'n',
    authentication: [],
    encrypt: async (plain) => plain,
  });
  if (formed.kind !== 'formed') throw new Error(formed.reason);
  const outcome = answered(status);
  if (outcome.kind !== 'response') throw new Error('no answer');
  const kept = { 'content-type': 'application/json', date: 'Sat, 21 Nov 2026 10:15:03 GMT' };
  const response = { ...outcome.response, headers: kept, body };
  return advance(
    freshDelivery(event, ENDPOINT_ID, settings, NOON_MS),
    {
      cause: 'first',
      outcome: { kind: 'response', response },
      startedAtMs: NOON_MS + 100,
      endedAtMs: NOON_MS + 141,
      phases: { dnsMs: 3, connectMs: 12, tlsMs: 25, firstByteMs: 41 },
      request: keptRequest(shownHeaders(formed.headers, { endpoint })),
      sent: { bytes: body.length, bodyHash: bodyHash(new Uint8Array(16), formed.body) },
      holder: `${MESSAGE}/${REQUEST}`,
    },
    status < 300 ? { kind: 'delivered' } : { kind: 'dead', reason: 'attempts' },
  );
}

const itemOf = (delivery: Delivery) => toDeliveryItem(delivery, NOON_MS);
const requestOf = (delivery: Delivery) => fromDeliveryItem(itemOf(delivery)).lastRequest;

describe('the item of a delivered delivery', () => {
  it.each<ContractName>(['standard-webhooks', 'kyc-hmac', 'bronid', 'idnow'])(
    'of the contract %s takes one write unit with headers and timings',
    async (contract) => {
      const delivery = await delivered({ contract });
      const { lastRequest, ...before } = delivery;
      console.log(
        `${contract}: ${itemBytes(itemOf(before))} bytes without the request, ${itemBytes(itemOf(delivery))} with it`,
      );
      expect(writeUnits(itemOf(delivery))).toBe(1);
      expect(requestOf(delivery)).toEqual(lastRequest);
      expect(lastRequest?.complete).toBe(true);
    },
  );

  it('is read as it was', async () => {
    const delivery = await delivered();
    expect(fromDeliveryItem(itemOf(delivery))).toEqual(delivery);
    const about = { ...delivery, occurredAtMs: NOON_MS - 5, subject: 's-1' };
    expect(fromDeliveryItem(itemOf(about))).toEqual(about);
  });

  it('never takes one more for the headers: they give way, signatures last', async () => {
    const seen = new Set<string>();
    for (let length = 0; length <= 1024; length += 16) {
      const delivery = await delivered({
        body: 'b'.repeat(length),
        headers: { 'X-Mine': 'x'.repeat(200) },
      });
      const { lastRequest, ...before } = delivery;
      expect(writeUnits(itemOf(delivery))).toBe(writeUnits(itemOf(before)));
      const kept = requestOf(delivery);
      seen.add(kept === undefined ? 'none' : kept.complete ? 'all' : 'signatures');
      if (kept && !kept.complete) {
        expect(kept.headers.map(([name]) => name)).toEqual([
          'webhook-timestamp',
          'webhook-signature',
        ]);
      }
    }
    expect(seen).toEqual(new Set(['all', 'signatures', 'none']));
  });

  it('of a failure holds the headers whatever they weigh', async () => {
    const delivery = await delivered({ status: 500, body: 'b'.repeat(1_000) });
    expect(requestOf(delivery)).toEqual(delivery.lastRequest);
  });
});

describe('the item of a delivery that was attempted 10,000 times', () => {
  it('is below 100 KB, whatever went wrong', async () => {
    const delivery = await delivered({ status: 500, body: 'b'.repeat(1_000) });
    const attempts = Array.from(
      { length: 10_000 },
      (_, index): Attempt => ({
        number: index + 1,
        run: index + 1,
        cause: 'immediate',
        atMs: NOON_MS + index,
        durationMs: 30_000,
        outcome: 'timeout_response',
        detail: 'd'.repeat(150),
        phases: { dnsMs: 5_000, connectMs: 5_000, tlsMs: 5_000, firstByteMs: 30_000 },
      }),
    );
    const item = itemOf({ ...delivery, attempts });
    expect(itemBytes(item)).toBeLessThan(100_000);
    expect(item.n).toEqual({ N: '10000' });
  });
});

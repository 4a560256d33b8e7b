// The key that signs is always a key that is published, and the one that the API calls so.

import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tableOf } from '../../../lambdas/adapters/aws/dynamodb/calls.ts';
import { createKeyringStore } from '../../../lambdas/adapters/registry/keyring.ts';
import { type KeyAlgorithm, signingKeyAt } from '../../../lambdas/core/signing/keys.ts';
import type { ApiService } from '../../builders/api-service.ts';
import { startService } from '../../builders/broken-calls.ts';

const DAY_SECONDS = 86_400;

let service: ApiService;
beforeEach(async () => {
  service = await startService();
});
afterEach(() => service?.stop());

interface ListedKey {
  readonly id: string;
  readonly algorithm: KeyAlgorithm;
  readonly state: string;
}

const listed = async (algorithm: KeyAlgorithm): Promise<ListedKey[]> => {
  const { json } = await service.operator('GET', '/v1/signing-keys');
  return json.data.filter((key: ListedKey) => key.algorithm === algorithm);
};
const currentId = async (algorithm: KeyAlgorithm): Promise<string> =>
  (await listed(algorithm)).at(-1)?.id ?? '';
const rotate = async (id: string, body: object): Promise<string> => {
  const { status, json } = await service.operator('POST', `/v1/signing-keys/${id}/rotate`, body);
  expect(status).toBe(201);
  return json.id;
};
const published = async (): Promise<string[]> => {
  const { json } = await service.anyone('GET', '/.well-known/jwks.json');
  return json.keys.map(({ kid }: { kid: string }) => kid);
};
/** What dispatch signs with. */
const signer = async (algorithm: KeyAlgorithm): Promise<string | undefined> => {
  const { keys } = await createKeyringStore(tableOf(service.dynamoDb, 'registry')).read();
  return signingKeyAt(keys, algorithm, service.clock.nowMs)?.id;
};

describe('a key that was replaced before its time came', () => {
  it('never signs, where another was made in its place', async () => {
    const next = await rotate(await currentId('RS256'), { leadSeconds: 7 * DAY_SECONDS });
    const after = await rotate(next, { leadSeconds: 0, overlapSeconds: 0 });
    expect(await signer('RS256')).toBe(after);
    service.clock.nowMs += 7 * DAY_SECONDS * 1000 + 1_000;
    expect(await signer('RS256')).toBe(after);
  });

  it('never signs, where another was brought', async () => {
    await rotate(await currentId('Ed25519'), { leadSeconds: DAY_SECONDS });
    const { privateKey } = generateKeyPairSync('ed25519');
    const brought = await service.operator('POST', '/v1/signing-keys', {
      privateKey: privateKey.export({ format: 'pem', type: 'pkcs8' }),
      overlapSeconds: 3600,
    });
    expect(brought.json.state).toBe('signing');
    service.clock.nowMs += DAY_SECONDS * 1000 + 1_000;
    expect(await signer('Ed25519')).toBe(brought.json.id);
  });
});

describe('the key that signs', () => {
  it('is published, and is the one that the API calls so', async () => {
    const next = await rotate(await currentId('RS256'), { leadSeconds: DAY_SECONDS });
    await rotate(next, { leadSeconds: 0, overlapSeconds: 0 });
    service.clock.nowMs += DAY_SECONDS * 1000 + 1_000;
    const id = (await signer('RS256')) ?? '';
    const state = (await listed('RS256')).find((key) => key.id === id)?.state;
    expect({ isPublished: (await published()).includes(id), state }).toEqual({
      isPublished: true,
      state: 'signing',
    });
  });

  it('stays published for the seconds in which dispatch still has it, whatever overlap was asked for', async () => {
    const before = await currentId('RS256');
    await service.operator('POST', `/v1/signing-keys/${before}/rotate`, {
      leadSeconds: 0,
      overlapSeconds: 0,
    });
    service.clock.nowMs += 4_000;
    expect(await published()).toContain(before);
  });

  it('leaves the item when it is no longer published, with its private half', async () => {
    const before = await currentId('Ed25519');
    const asked = { leadSeconds: 0, overlapSeconds: 0 };
    const after = await rotate(before, asked);
    service.clock.nowMs += 90_000;
    expect(await published()).not.toContain(before);
    const { keys } = await createKeyringStore(tableOf(service.dynamoDb, 'registry')).read();
    expect(keys.filter(({ algorithm }) => algorithm === 'Ed25519').map(({ id }) => id)).toEqual([
      after,
    ]);
  });
});

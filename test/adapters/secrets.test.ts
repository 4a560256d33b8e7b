// Secrets Manager as the functions use it: read rarely, and anew at once when a version is not known.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createSecrets, kept } from '../../lambdas/adapters/secrets.ts';
import { SECRET_KEPT_MS } from '../../lambdas/core/sealing/secret.ts';
import { fixedSurroundings } from '../builders/ports.ts';

const ONE = 'one-'.repeat(16);
const TWO = 'two-'.repeat(16);
const BOTH = JSON.stringify({ current: 2, keys: { 1: ONE, 2: TWO } });

let server: Server;
let secret = ONE;
let reads = 0;
beforeAll(async () => {
  server = createServer((request, response) => {
    reads++;
    request.resume().on('end', () => {
      const body = JSON.stringify({ SecretString: secret, CreatedDate: 1_700_000_000 });
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // it listens on a port
  vi.stubEnv('AWS_ENDPOINT_URL_SECRETS_MANAGER', `http://127.0.0.1:${port}`);
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
});
beforeEach(() => {
  secret = ONE;
  reads = 0;
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  server.close();
});

const open = () => {
  const surroundings = fixedSurroundings();
  return { surroundings, secrets: createSecrets({ sealing: 'arn', operator: '' }, surroundings) };
};

describe('the sealing key', () => {
  it('is read once for many, and anew after a while', async () => {
    const { secrets, surroundings } = open();
    for (let count = 0; count < 5; count++) await secrets.sealingKey(['v1.AAAA']);
    expect(reads).toBe(1);
    surroundings.nowMs += SECRET_KEPT_MS;
    await secrets.sealingKey();
    expect(reads).toBe(2);
  });

  it('is read anew, once, for a version that is not known', async () => {
    const { secrets } = open();
    expect((await secrets.sealingKey(['v1.AAAA'])).keys.has(2)).toBe(false);
    secret = BOTH;
    expect((await secrets.sealingKey(['v2.AAAA'])).keys.has(2)).toBe(true);
    expect(reads).toBe(2);
    await secrets.sealingKey(['v2.AAAA', 'v1.AAAA']);
    expect(reads).toBe(2);
  });

  it('is waited for by all who come while it is read anew', async () => {
    const { secrets } = open();
    await secrets.sealingKey();
    secret = BOTH;
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => secrets.sealingKey(['v2.AAAA'])),
    );
    expect(answers.map(({ keys }) => keys.has(2))).toEqual(Array(10).fill(true));
    expect(reads).toBe(2);
  });

  it('is not asked for again and again if nobody knows the version', async () => {
    const { secrets, surroundings } = open();
    for (let count = 0; count < 50; count++) await secrets.sealingKey(['v9.AAAA']);
    expect(reads).toBe(2);
    surroundings.nowMs += 10_000;
    await secrets.sealingKey(['v9.AAAA']);
    expect(reads).toBe(3);
  });

  it('goes on with what it knows when the secret was changed to something unusable', async () => {
    const { secrets, surroundings } = open();
    await secrets.sealingKey();
    secret = `{"current":2,"keys":{"1":"${ONE}"}}`;
    surroundings.nowMs += SECRET_KEPT_MS;
    const silenced = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect((await secrets.sealingKey(['v2.AAAA'])).current).toBe(1);
    expect(silenced.mock.calls.join()).not.toContain(ONE);
    silenced.mockRestore();
    await expect(secrets.freshSealingKey()).rejects.toThrow('must be {"current"');
  });

  it('says when it was changed, as read anew', async () => {
    const { secrets } = open();
    await secrets.sealingKey();
    secret = BOTH;
    const { keys, changedAtMs } = await secrets.freshSealingKey();
    expect(keys.current).toBe(2);
    expect(changedAtMs).toBe(1_700_000_000_000);
  });
});

describe('a secret that cannot be read at the moment', () => {
  const unreadable = async () => {
    const surroundings = fixedSurroundings();
    let fails = false;
    const read = kept(surroundings, async () => {
      if (fails) throw new Error('Secrets Manager is not there');
      return { value: ONE, changedAtMs: 0 };
    });
    await read();
    fails = true;
    surroundings.nowMs += SECRET_KEPT_MS;
    return read;
  };

  it('goes on serving, but not those who need it as it is now, whoever asked first', async () => {
    const [first, second] = [await unreadable(), await unreadable()];
    const orders = [[first(), first('again')], [second('again'), second()].reverse()];
    for (const [known, anew] of orders) {
      await expect(known).resolves.toMatchObject({ value: ONE });
      await expect(anew).rejects.toThrow('not there');
    }
  });
});

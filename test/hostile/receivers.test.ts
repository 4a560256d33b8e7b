// What is forged for a receiver: for every contract and every scheme of signatures, nothing that another tenant, the
// other environment or anybody made passes for the tenant's own in `live`. A new contract or scheme without a line here
// fails.
import { createHash, createHmac, createPublicKey } from 'node:crypto';
import { httpbis } from 'http-message-signatures';
import { afterAll, beforeAll, describe, expect, it, test, vi } from 'vitest';
import { type VerificationKeys, verify } from '../../client/src/index.ts';
import {
  CONTRACT_NAMES,
  SIGNED_CONTRACT_NAMES,
  type SignedContractName,
} from '../../lambdas/core/contracts/all.ts';
import { extraSignaturesSchema } from '../../lambdas/core/contracts/further-signatures.ts';
import { verifiers } from '../../local/receiver/verifiers.ts';
import { KEYS, publicPem, SECRET } from '../builders/contracts.ts';
import { NOON_MS } from '../builders/events.ts';
import {
  header,
  type Received,
  verifiesMessage,
  verifiesV1a,
} from '../core/contracts/independent-verifiers.ts';
import { allCases, type Case } from '../core/contracts/receivers/cases.ts';
import {
  type Attempt,
  forgedMessages,
  forgedV1a,
  genuine,
  OWN_URL,
  TAG,
} from './attacks/signed.ts';

const NOW_SECONDS = NOON_MS / 1_000;
/** Schemes beside the contracts' own, by algorithm: what is forged, and whether it holds as docs/contracts.md tells. */
const SCHEMES: Readonly<
  Record<
    string,
    {
      readonly good: () => Promise<Received>;
      readonly forged: () => Promise<Attempt[]>;
      readonly holds: (received: Received) => Promise<boolean>;
    }
  >
> = {
  v1a: { good: () => genuine({ scheme: 'v1a' }), forged: forgedV1a, holds: holdsV1a },
  ...Object.fromEntries(
    (['ed25519', 'rsa-v1_5-sha256', 'hmac-sha256'] as const).map((algorithm) => [
      `http-message by ${algorithm}`,
      {
        good: () =>
          genuine({
            ...{ scheme: 'http-message', algorithm, label: 'posthorn', tag: TAG, headers: [] },
          }),
        forged: () => forgedMessages(algorithm),
        holds: algorithm === 'hmac-sha256' ? holdsMessageBySecret : holdsMessage,
      },
    ]),
  ),
};

let cases: Case[];
beforeAll(async () => {
  cases = await allCases();
  vi.useFakeTimers({ toFake: ['Date'], now: NOON_MS });
});
afterAll(() => void vi.useRealTimers());

test('every contract, scheme and algorithm has forgeries', () => {
  const schemes = extraSignaturesSchema.element.options.flatMap(({ shape }) => {
    const [scheme = ''] = shape.scheme.values;
    const algorithms = 'algorithm' in shape ? shape.algorithm.unwrap().options : undefined;
    return algorithms?.map((algorithm) => `${scheme} by ${algorithm}`) ?? [scheme];
  });
  const known = [...SIGNED_CONTRACT_NAMES, ...Object.keys(SCHEMES)];
  expect(schemes.filter((scheme) => !known.includes(scheme))).toEqual([]);
  for (const contract of SIGNED_CONTRACT_NAMES) {
    const of = cases.filter((one) => one.contract === contract);
    expect(of.filter(({ expected }) => expected).length).toBeGreaterThan(2);
    expect(of.filter(({ about }) => about.startsWith('signed for'))).toHaveLength(3);
  }
});

function keysFor({ contract, keys, token }: Case): VerificationKeys {
  return contract === 'bynn' ? { contract, keys, token } : { contract, secret: keys };
}

async function isTaken(check: () => unknown): Promise<boolean> {
  try {
    return (await check()) !== false;
  } catch {
    return false;
  }
}

describe.each(SIGNED_CONTRACT_NAMES)('%s', (contract) => {
  const about = ({ about, expected }: Case) => [about, expected];

  it('is told from forgeries by verify()', async () => {
    const own = cases.filter((one) => one.contract === contract);
    const found = own.map(async (one) => {
      const received = { headers: one.headers, body: Buffer.from(one.body, 'base64') };
      const taken = await isTaken(() => verify(received, keysFor(one), one.now * 1_000));
      return [one.about, taken];
    });
    expect(await Promise.all(found)).toEqual(own.map(about));
  });

  it('is told from forgeries by the receiver of npm start', async () => {
    // The endpoint's keys as it reads them, at the time of the delivery.
    const [genuineOne] = cases.filter((one) => one.contract === contract);
    const own = cases.filter(
      ({ keys, now, ...one }) =>
        one.contract === contract && keys === genuineOne?.keys && now === NOW_SECONDS,
    );
    expect(own.length).toBeGreaterThan(10);
    const found = own.map(({ about, headers, body, token, keys }) => [
      about,
      verifiers[contract]?.(
        { headers, body: Buffer.from(body, 'base64') },
        { secret: keys.at(-1) ?? '', publicKeys: keys, token, contractOptions: {} },
      ),
    ]);
    expect(found).toEqual(own.map(about));
  });

  it('is no contract for another’s keys, and no name is one that there is not', async () => {
    const [genuineOne = expect.fail()] = cases.filter((one) => one.contract === contract);
    const received = { headers: genuineOne.headers, body: Buffer.from(genuineOne.body, 'base64') };
    const names: unknown[] = [...CONTRACT_NAMES, '', 'BYNN', '__proto__', undefined, null, {}];
    for (const name of names.filter((one) => one !== contract)) {
      const keys = { ...keysFor({ ...genuineOne, contract: name as SignedContractName }) };
      const taken = await isTaken(() => verify(received, keys, NOON_MS));
      expect([name, taken]).toEqual([name, false]);
    }
  });
});

describe.each(Object.entries(SCHEMES))('%s', (_, { good, forged, holds }) => {
  it('is told from forgeries as its instructions say', async () => {
    expect(await holds(await good())).toBe(true);
    const attempts = await forged();
    expect(attempts.length).toBeGreaterThan(10);
    for (const { about, received } of attempts) {
      expect([about, await holds(received)]).toEqual([about, false]);
    }
  });
});

/** As `v1a` of Standard Webhooks with the set's ed25519 key: by all who can, who must say the same. */
async function holdsV1a(received: Received): Promise<boolean> {
  const pem = publicPem('Ed25519');
  const { x = '' } = createPublicKey(pem).export({ format: 'jwk' });
  const secret = `whpk_${Buffer.from(x, 'base64url').toString('base64')}`;
  const headers = Object.fromEntries(
    received.rawHeaders.map(([name, value]) => [name.toLowerCase(), value]),
  );
  const { body } = received;
  const keys = { contract: 'standard-webhooks', secret } as const;
  const isHeld = await isTaken(() => verify({ headers, body }, keys, NOON_MS));
  const isFresh = Math.abs(Number(headers['webhook-timestamp']) - NOW_SECONDS) <= 300;
  expect(isHeld).toBe(isFresh && verifiesV1a(received, pem));
  return isHeld;
}

/** Tag and time; the library finds the key by its id; the digest is the body's, the address the receiver's own. */
async function holdsMessage(received: Received): Promise<boolean> {
  const own = { ...received, url: OWN_URL };
  const pems = new Map([
    [KEYS.RS256.id, publicPem('RS256')],
    [KEYS.Ed25519.id, publicPem('Ed25519')],
  ]);
  return isOfNow(received) && verifiesMessage(own, (id) => pems.get(id));
}

function isOfNow(received: Received): boolean {
  const input = header(received, 'Signature-Input');
  const created = Number(/;created=(\d+)/.exec(input)?.[1]);
  return /;tag="([^"]*)"/.exec(input)?.[1] === TAG && Math.abs(created - NOW_SECONDS) <= 300;
}

async function holdsMessageBySecret(received: Received): Promise<boolean> {
  const mac = (data: Buffer) => createHmac('sha256', SECRET).update(data).digest();
  const headers = Object.fromEntries(
    received.rawHeaders.map(([name, value]) => [name.toLowerCase(), value]),
  );
  const digest = createHash('sha256').update(received.body).digest('base64');
  if (!isOfNow(received) || headers['content-digest'] !== `sha-256=:${digest}:`) return false;
  const found = () =>
    httpbis.verifyMessage(
      {
        requiredFields: ['@method', '@target-uri', 'content-digest', 'content-type'],
        requiredParams: ['created', 'keyid', 'nonce', 'tag'],
        keyLookup: async () => ({
          algs: ['hmac-sha256'],
          verify: async (data, signature) => mac(data).equals(signature),
        }),
      },
      { method: received.method, url: OWN_URL, headers },
    );
  return (await isTaken(found)) && (await found()) === true;
}

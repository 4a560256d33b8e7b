import { createHmac } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { encryptBody } from '../../../lambdas/adapters/on-demand/jwe.ts';
import {
  SIGNED_CONTRACT_NAMES,
  type SignedContractName,
} from '../../../lambdas/core/contracts/all.ts';
import { composeRequest } from '../../../lambdas/core/requests/compose.ts';
import type { SigningMoment } from '../../../lambdas/core/signing/moment.ts';
import { aDelivery, aMoment, publicPem, SECRET } from '../../builders/contracts.ts';
import { urlOf } from '../../builders/endpoints.ts';
import { NOON_MS } from '../../builders/events.ts';
import { endpointOf, withFlippedByte } from './form.ts';
import {
  bynnClaims,
  header,
  type Received,
  verifiesBronid,
  verifiesIdnow,
  verifiesStandard,
} from './independent-verifiers.ts';

const CHALLENGE = 'q8Zk1n0cYv5o7s2d';

async function challenged(
  contract: SignedContractName,
  moment: Partial<SigningMoment> = {},
): Promise<Received> {
  const endpoint = endpointOf(contract);
  const url = urlOf(endpoint);
  const formed = await composeRequest({
    endpoint,
    target: { kind: 'http', url, method: 'POST' },
    facts: aDelivery(),
    moment: aMoment(moment),
    attempt: 1,
    nonce: 'bm9uY2U',
    authentication: [],
    encrypt: encryptBody,
    challenge: CHALLENGE,
  });
  if (formed.kind !== 'formed') throw new Error(formed.reason);
  return { method: 'POST', url, rawHeaders: formed.headers, body: formed.body };
}

describe('a challenge', () => {
  it.each(SIGNED_CONTRACT_NAMES)('has the same members for receivers of %s', async (contract) => {
    const { body } = await challenged(contract);
    const { jwt, ...rest } = JSON.parse(body.toString('utf8'));
    expect(rest).toEqual({ type: 'endpoint.verification', challenge: CHALLENGE });
    expect(jwt === undefined).toBe(contract !== 'bynn');
  });

  it('is signed as deliveries of standard-webhooks are', async () => {
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const received = await challenged('standard-webhooks', { secrets: [secret] });
    vi.useFakeTimers({ now: NOON_MS });
    expect(verifiesStandard(received, secret)).toBe(true);
    expect(verifiesStandard(withFlippedByte(received, 3, 1), secret)).toBe(false);
    vi.useRealTimers();
  });

  it('is signed as deliveries of kyc-hmac, bronid and idnow are', async () => {
    const plain = 'a-plain-secret-of-32-characters!';
    const kyc = await challenged('kyc-hmac', { secrets: [plain] });
    const mac = createHmac('sha256', plain).update(kyc.body).digest('hex');
    expect(header(kyc, 'x-webhook-signature')).toBe(`sha256=${mac}`);
    expect(verifiesBronid(await challenged('bronid', { secrets: [plain] }), plain)).toBe(true);
    const idnow = await challenged('idnow', { secrets: [plain] });
    const clockTimestamp = NOON_MS / 1000;
    expect(verifiesIdnow(idnow, plain, { clockTimestamp })).toBe(true);
    expect(verifiesIdnow(idnow, SECRET, { clockTimestamp })).toBe(false);
  });

  it('carries the JWT of the contract bynn, whose data is the challenge', async () => {
    const { body } = await challenged('bynn');
    expect(bynnClaims(body, publicPem('RS256'), NOON_MS / 1000)).toMatchObject({
      data: { type: 'endpoint.verification', challenge: CHALLENGE },
    });
  });
});

it('a body for a key that nothing can be encrypted to is unshapeable, and no fault of ours', async () => {
  const jwk = { kty: 'OKP', crv: 'X25519', x: 'A'.repeat(43) } as const;
  const encryption = { jwk, alg: 'ECDH-ES', enc: 'A256GCM' } as const;
  const formed = await composeRequest({
    endpoint: { ...endpointOf('standard-webhooks'), encryption },
    target: { kind: 'http', url: 'https://receiver.example.com/', method: 'POST' },
    facts: aDelivery(),
    moment: aMoment(),
    attempt: 1,
    nonce: 'bm9uY2U',
    authentication: [],
    encrypt: encryptBody,
  });
  expect(formed).toEqual({
    kind: 'unshapeable',
    reason: 'Nothing can be encrypted to the endpoint’s key.',
  });
});

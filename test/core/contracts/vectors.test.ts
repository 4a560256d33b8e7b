// The vendors' published data, as literals in fixtures/: see fixtures/README.md for what each fixes.
import { createHash } from 'node:crypto';
import { keccak256 } from 'js-sha3';
import { describe, expect, it } from 'vitest';
import { bronid } from '../../../lambdas/core/contracts/bronid.ts';
import { aDelivery, aMoment, publicPem } from '../../builders/contracts.ts';
import { anEvent } from '../../builders/events.ts';
import bronidVector from './fixtures/bronid.json' with { type: 'json' };
import bynnVector from './fixtures/bynn.json' with { type: 'json' };
import { form } from './form.ts';
import { bynnClaims, header } from './independent-verifiers.ts';

const { body: bynnBody, claims: bynnExpected } = bynnVector;
const { jwt, ...unsigned } = bynnBody;
/** The vendor's event id as the TypeID that our event has. */
const EVENT_ID = typeIdOf(bynnBody.event_id);

function typeIdOf(uuid: string): string {
  const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';
  let number = BigInt(`0x${uuid.replaceAll('-', '')}`);
  let suffix = '';
  for (let i = 0; i < 26; i++) {
    suffix = alphabet.charAt(Number(number % 32n)) + suffix;
    number /= 32n;
  }
  return `evt_${suffix}`;
}

function vendorsEvent() {
  return anEvent({
    id: EVENT_ID,
    type: unsigned.event_type,
    occurredAt: unsigned.created_at,
    environment: 'test',
    data: JSON.stringify({ resource: unsigned.resource, organization: unsigned.organization }),
  });
}

const vendorsMoment = { nowMs: bynnExpected.iat * 1000, jti: bynnExpected.jti };
const formVendors = (options = {}) =>
  form('bynn', {
    event: vendorsEvent(),
    options,
    facts: {
      issuer: 'bynn.com',
      token: 'wh_5YCo6VqqfNWjNbMu8q3NPjct',
      idempotencyKey: 'wh_5YCo6VqqfNWjNbMu8q3NPjct',
    },
    moment: vendorsMoment,
  });

describe('bynn’s published delivery', () => {
  it('has a JWT that verifies with the vendor’s key, through the check of ours', () => {
    const body = Buffer.from(JSON.stringify(bynnBody));
    expect(bynnClaims(body, bynnVector.publicKey, bynnExpected.iat + 60)).toEqual(bynnExpected);
  });

  it('is what our contract makes of its event, byte for byte but for the JWT', async () => {
    const { body } = await formVendors();
    const text = body.toString('utf8');
    expect(text.slice(0, text.indexOf(',"jwt":"'))).toBe(JSON.stringify(unsigned).slice(0, -1));
    expect(Object.keys(JSON.parse(text))).toEqual(Object.keys(bynnBody));
  });

  it('has the same claims, in the same order and under the same header', async () => {
    const { body } = await formVendors();
    const ours: string = JSON.parse(body.toString('utf8')).jwt;
    const decoded = (token: string, part: number) =>
      Buffer.from(token.split('.')[part] ?? '', 'base64url').toString('utf8');
    expect(decoded(ours, 0)).toBe('{"alg":"RS256"}');
    expect(decoded(ours, 0)).toBe(decoded(jwt, 0));
    expect(decoded(ours, 1)).toBe(decoded(jwt, 1));
    const claims = bynnClaims(body, publicPem('RS256'), bynnExpected.iat + 60);
    expect(claims).toEqual(bynnExpected);
  });

  it('has the same headers, in the vendor’s spelling', async () => {
    const { rawHeaders } = await formVendors();
    expect(rawHeaders).toEqual([
      ['User-Agent', 'Bynn-Intelligence/v1.1'],
      ['X-Webhook-Token', 'wh_5YCo6VqqfNWjNbMu8q3NPjct'],
      ['X-Test-Mode', 'true'],
      ['Idempotency-Key', 'wh_5YCo6VqqfNWjNbMu8q3NPjct'],
      ['Content-Type', 'application/json'],
    ]);
  });
});

describe('bronID’s runnable example', () => {
  it('has the SHA header that our contract makes for its body and key', async () => {
    const moment = aMoment({ secrets: [bronidVector.signingKey] });
    const options = bronid.optionsSchema.parse({});
    const body = Buffer.from(bronidVector.body);
    const headers = await bronid.sign(body, aDelivery(), options, moment);
    expect(headers).toContainEqual([
      'X-BronID-Signature-SHA',
      'bronid_sec_sha256_21d5cb103c29ab23514caad00f286818754160afda203226e8a9165b1c3c92d4',
    ]);
    expect(bronidVector.headers['X-BronID-Signature-SHA']).toBe(
      'bronid_sec_sha256_21d5cb103c29ab23514caad00f286818754160afda203226e8a9165b1c3c92d4',
    );
    expect(headers).toContainEqual(['X-BronID-Signature-version', '1']);
  });

  it('is what our contract makes of its payload, but for the in-body signatures', async () => {
    const { signature, ...payload } = JSON.parse(bronidVector.body);
    const { body } = await form('bronid', {
      event: anEvent({ data: JSON.stringify(payload, null, 2) }),
      moment: { nowMs: payload.timestamp * 1000, secrets: [bronidVector.signingKey] },
    });
    const hashes = /_[0-9a-f]{64}"/g;
    expect(body.toString('utf8').replace(hashes, '_"')).toBe(
      bronidVector.body.replace(hashes, '_"'),
    );
    expect(Object.keys(signature)).toEqual(['version', 'sha256', 'keccak256']);
  });

  it('is hashed with the Keccak of before FIPS 202', async () => {
    // keccak256("") by its authors' own vectors
    expect(keccak256('')).toBe('c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470');
    const received = await form('bronid', { options: { bodySignature: false } });
    const signed = Buffer.concat([received.body, Buffer.from('the_secret_signing_key@!')]);
    expect(header(received, 'X-BronID-Signature-KECCAK')).toBe(
      `bronid_sec_keccak256_${keccak256(signed)}`,
    );
    expect(createHash('sha3-256').update(signed).digest('hex')).not.toBe(keccak256(signed));
  });
});

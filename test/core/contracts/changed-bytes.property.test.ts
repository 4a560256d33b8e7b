// Any changed signed byte, and any changed bit of a signature, fails the independent verifiers.
import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { httpbis } from 'http-message-signatures';
import { describe, expect, it } from 'vitest';
import { publicPem, SECRET } from '../../builders/contracts.ts';
import { anEvent } from '../../builders/events.ts';
import { bit, everyChangedBitFails, everyChangedByteFails, flip } from './changes.ts';
import { form, withFlippedByte, withHeader } from './form.ts';
import {
  header,
  type Received,
  verifiesBronid,
  verifiesBynn,
  verifiesIdnow,
  verifiesMessage,
  verifiesStandard,
  verifiesV1a,
} from './independent-verifiers.ts';
import { askPython, hasPython } from './python.ts';

const event = anEvent({ data: '{"name":"Zoë","score":1.0,"sessionId":"ses_42"}' });
const nowMs = Date.now();
const WHSEC = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const pemOf = (id: string) => publicPem(id === 'sk_rsa' ? 'RS256' : 'Ed25519');

describe('standard-webhooks', async () => {
  const received = await form('standard-webhooks', { event, moment: { nowMs, secrets: [WHSEC] } });
  const verifies = (changed: Received) => verifiesStandard(changed, WHSEC);

  it('fails for any changed byte of the body', () => everyChangedByteFails(received, verifies));
  it('fails for any changed bit of the signature', () => {
    const signature = Buffer.from(header(received, 'webhook-signature').slice(3), 'base64');
    const put = (changed: Buffer) => `v1,${changed.toString('base64')}`;
    return everyChangedBitFails(received, 'webhook-signature', signature, put, verifies);
  });
  it.each(['webhook-id', 'webhook-timestamp'])('fails for a changed %s', (name) => {
    expect(verifies(withHeader(received, name, `${header(received, name).slice(0, -1)}~`))).toBe(
      false,
    );
  });
});

describe('v1a', async () => {
  const received = await form('kyc-hmac', {
    event,
    endpoint: { signatures: [{ scheme: 'v1a' }] },
  });
  const verifies = (changed: Received) => verifiesV1a(changed, publicPem('Ed25519'));

  it('fails for any changed byte of the body', () => everyChangedByteFails(received, verifies));
  it('fails for any changed bit of the signature', () => {
    const signature = Buffer.from(header(received, 'webhook-signature').slice(4), 'base64');
    const put = (changed: Buffer) => `v1a,${changed.toString('base64')}`;
    return everyChangedBitFails(received, 'webhook-signature', signature, put, verifies);
  });
});

describe('bynn', async () => {
  const received = await form('bynn', { event, moment: { nowMs } });
  const jwt: string = JSON.parse(received.body.toString('utf8')).jwt;
  const from = received.body.indexOf(jwt);
  const verifies = (changed: Received) => verifiesBynn(changed, publicPem('RS256'));

  it('fails for any changed byte of the JWT’s signed part', async () => {
    const signedLength = jwt.lastIndexOf('.');
    expect(verifies(received)).toBe(true);
    await fc.assert(
      fc.property(fc.nat({ max: signedLength - 1 }), flip, (at, change) => {
        expect(verifies(withFlippedByte(received, from + at, change))).toBe(false);
      }),
    );
  });

  it('fails for any changed bit of the decoded signature', () => {
    const signature = Buffer.from(jwt.slice(jwt.lastIndexOf('.') + 1), 'base64url');
    const head = jwt.slice(0, jwt.lastIndexOf('.') + 1);
    fc.assert(
      fc.property(fc.nat({ max: signature.length - 1 }), bit, (at, place) => {
        const changed = Buffer.from(signature);
        changed[at] = (changed[at] ?? 0) ^ (1 << place);
        const text = received.body.toString('utf8');
        const body = Buffer.from(text.replace(jwt, head + changed.toString('base64url')));
        expect(verifies({ ...received, body })).toBe(false);
      }),
    );
  });
});

describe('bronid', async () => {
  const received = await form('bronid', { event });
  const verifies = (changed: Received) => verifiesBronid(changed, SECRET);

  it('fails for any changed byte of the body', () => everyChangedByteFails(received, verifies));
  it.each([
    ['X-BronID-Signature-SHA', 'bronid_sec_sha256_'],
    ['X-BronID-Signature-KECCAK', 'bronid_sec_keccak256_'],
  ])('fails for any changed bit of %s', (name, prefix) => {
    const signature = Buffer.from(header(received, name).slice(prefix.length), 'hex');
    const put = (changed: Buffer) => prefix + changed.toString('hex');
    return everyChangedBitFails(received, name, signature, put, verifies);
  });
});

describe('idnow', async () => {
  const received = await form('idnow', { event, moment: { nowMs } });
  const verifies = (changed: Received) => verifiesIdnow(changed, SECRET);

  it('fails for any changed byte of the body', () => everyChangedByteFails(received, verifies));
  it('fails for any changed bit of the JWT’s signature', () => {
    const token = header(received, 'Authorization');
    const cut = token.lastIndexOf('.') + 1;
    const signature = Buffer.from(token.slice(cut), 'base64url');
    const put = (changed: Buffer) => token.slice(0, cut) + changed.toString('base64url');
    return everyChangedBitFails(received, 'Authorization', signature, put, verifies);
  });
  it('fails for any changed character of the JWT’s signed part', () => {
    const token = header(received, 'Authorization');
    fc.assert(
      fc.property(fc.integer({ min: 7, max: token.lastIndexOf('.') - 1 }), (at) => {
        const other = token[at] === 'A' ? 'B' : 'A';
        const changed = token.slice(0, at) + other + token.slice(at + 1);
        expect(verifies(withHeader(received, 'Authorization', changed))).toBe(false);
      }),
    );
  });
});

describe.skipIf(!hasPython)('kyc-hmac, by Python’s hmac', async () => {
  const received = await form('kyc-hmac', { event });
  const expected = header(received, 'X-Webhook-Signature').replace(/^sha256=/, '');
  const asked = (body: Buffer, signature: string) =>
    ({
      kind: 'hmac-sha256',
      body: body.toString('base64'),
      key: SECRET,
      expected: signature,
    }) as const;

  it('verifies, and fails for every byte of the body and every bit of the signature', () => {
    const bodies = fc
      .sample(fc.tuple(fc.nat({ max: received.body.length - 1 }), flip), 300)
      .map(([at, change]) => asked(withFlippedByte(received, at, change).body, expected));
    const signatures = Array.from({ length: 256 }, (_, index) => {
      const changed = Buffer.from(expected, 'hex');
      changed[index >> 3] = (changed[index >> 3] ?? 0) ^ (1 << (index & 7));
      return asked(received.body, changed.toString('hex'));
    });
    const [first, ...others] = askPython([
      asked(received.body, expected),
      ...bodies,
      ...signatures,
    ]);
    expect(first).toBe(true);
    expect(others).not.toContain(true);
    expect(others).toHaveLength(556);
  });

  it('agrees with Python on SHA3-256 for bronid', async () => {
    const delivery = await form('bronid', { event });
    const sha = header(delivery, 'X-BronID-Signature-SHA').replace('bronid_sec_sha256_', '');
    const body = delivery.body.toString('base64');
    const good = { kind: 'sha3-256', body, key: SECRET, expected: sha } as const;
    expect(askPython([good, { ...good, key: `${SECRET}x` }])).toEqual([true, false]);
  });
});

describe.each(['ed25519', 'rsa-v1_5-sha256'] as const)(
  'HTTP message signatures, %s',
  async (algorithm) => {
    const received = await form('bynn', {
      event,
      moment: { nowMs },
      endpoint: {
        headers: { 'X-Flow': 'onboarding' },
        signatures: [
          { scheme: 'http-message', algorithm, label: 'sig', tag: 'a-tag', headers: ['X-Flow'] },
        ],
      },
    });
    const verifies = (changed: Received) => verifiesMessage(changed, pemOf);

    it('fail for any changed byte of the body', () => everyChangedByteFails(received, verifies));
    it('fail for any changed bit of the signature', () => {
      const value = header(received, 'Signature');
      const signature = Buffer.from(value.slice(5, -1), 'base64');
      const put = (changed: Buffer) => `sig=:${changed.toString('base64')}:`;
      return everyChangedBitFails(received, 'Signature', signature, put, verifies);
    });
    it('fail for a change of method, target or any covered header', async () => {
      expect(await verifies({ ...received, method: 'PUT' })).toBe(false);
      expect(await verifies({ ...received, url: `${received.url}&c=d` })).toBe(false);
      const covered = /\(([^)]*)\)/.exec(header(received, 'Signature-Input'))?.[1] ?? '';
      expect(covered).toBe(
        '"@method" "@target-uri" "content-digest" "content-type" "user-agent" "x-webhook-token" "x-test-mode" "idempotency-key" "x-flow"',
      );
      for (const name of [
        'Content-Type',
        'X-Webhook-Token',
        'X-Test-Mode',
        'Idempotency-Key',
        'X-Flow',
      ]) {
        expect(await verifies(withHeader(received, name, 'changed'))).toBe(false);
      }
    });
    it('fail for any changed parameter', async () => {
      const input = header(received, 'Signature-Input');
      for (const [from, to] of [
        ['a-tag', 'b-tag'],
        ['bm9uY2U', 'bm9uY2V'],
        ['created=1', 'created=2'],
      ] as const) {
        expect(input).toContain(from);
        const changed = withHeader(received, 'Signature-Input', input.replace(from, to));
        expect(await verifies(changed)).toBe(false);
      }
    });
  },
);

describe('HTTP message signatures by HMAC', () => {
  it('verify with each valid secret, under a label of its own', async () => {
    const secrets = [SECRET, 'an_older_secret_of_the_same_endpoint'] as const;
    const received = await form('kyc-hmac', {
      event,
      moment: { nowMs, secrets },
      endpoint: {
        ownSignature: false,
        signatures: [
          { scheme: 'http-message', algorithm: 'hmac-sha256', label: 'sig', tag: 't', headers: [] },
        ],
      },
    });
    expect(header(received, 'Signature-Input')).toMatch(/^sig=\(.*\);created=.*, sig-2=\(/);
    const inputs = header(received, 'Signature-Input').split(', ');
    const signatures = header(received, 'Signature').split(', ');
    for (const [index, secret] of secrets.entries()) {
      const one = withHeader(
        withHeader(received, 'Signature-Input', inputs[index] ?? ''),
        'Signature',
        signatures[index] ?? '',
      );
      const headers = Object.fromEntries(
        one.rawHeaders.map(([name, value]) => [name.toLowerCase(), value]),
      );
      const verified = await httpbis.verifyMessage(
        {
          keyLookup: async () => ({
            algs: ['hmac-sha256'],
            verify: async (data, signature) =>
              createHmac('sha256', secret).update(data).digest().equals(signature),
          }),
        },
        { method: one.method, url: one.url, headers },
      );
      expect(verified).toBe(true);
    }
  });
});

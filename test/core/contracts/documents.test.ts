// What docs/ shows is so: the examples' bytes verify, and the contract of one's own works as it is printed.
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type VerificationKeys, verify } from '../../../client/src/index.ts';
import { aDelivery, aMoment } from '../../builders/contracts.ts';
import { anEvent } from '../../builders/events.ts';
import bynnVector from './fixtures/bynn.json' with { type: 'json' };
import { formWith } from './form.ts';
import { verifiesMessage } from './independent-verifiers.ts';
import { stamped } from './stamped.ts';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

function example(contract: string): {
  headers: Record<string, string>;
  body: Buffer;
  page: string;
} {
  const page = read(`docs/receivers/${contract}.md`);
  const [head = '', body = ''] = (/```http\n([\s\S]*?)\n```/.exec(page)?.[1] ?? '').split('\n\n');
  const headers = head.split('\n').map((line) => {
    const [name = '', value = ''] = line.split(': ', 2);
    return [name.toLowerCase(), value] as const;
  });
  return { headers: Object.fromEntries(headers), body: Buffer.from(body), page };
}

const SENT_AT_MS = 1_769_851_805_000;
const WHSEC = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const TOKEN = 'wh_5YCo6VqqfNWjNbMu8q3NPjct';
const HEX = '5f3a9c1b7e2d4a6f8b0c5f3a9c1b7e2d5f3a9c1b7e2d4a6f8b0c5f3a9c1b7e2d';

describe('the receivers’ pages show real bytes', () => {
  it.each<[VerificationKeys, shown: string, member: string]>([
    [{ contract: 'standard-webhooks', secret: WHSEC }, WHSEC, 'data'],
    [{ contract: 'kyc-hmac', secret: HEX }, HEX, 'created'],
    [
      { contract: 'bronid', secret: 'the_secret_signing_key@!' },
      'the_secret_signing_key@!',
      'verificationUuid',
    ],
    [
      { contract: 'idnow', secret: 'q0lF1v7hJv0m9h2bX3sT5uW8yZ1aB4cD6eF7gH9iJ0k' },
      'q0lF1v7hJv0m9h2bX3sT5uW8yZ1aB4cD6eF7gH9iJ0k',
      'sessionId',
    ],
  ])('of $contract', async (keys, shown, member) => {
    const { headers, body, page } = example(keys.contract);
    expect(page).toContain(shown);
    const { payload } = await verify({ headers, body }, keys, SENT_AT_MS);
    expect(payload).toHaveProperty(member);
  });
  it('of http-message', async () => {
    const { headers, body, page } = example('http-message');
    const jwk = JSON.parse(/^\{ "kid".*$/m.exec(page)?.[0] ?? '');
    const pem = createPublicKey({ key: jwk, format: 'jwk' })
      .export({ format: 'pem', type: 'spki' })
      .toString();
    const url = 'https://hooks.acme.com/posthorn';
    expect(page).toContain(url);
    const received = { method: 'POST', url, rawHeaders: Object.entries(headers), body };
    const isGenuine = await verifiesMessage(received, (id) => (id === jwk.kid ? pem : undefined));
    expect(isGenuine).toBe(true);
  });
  it('of bynn', async () => {
    const { headers, body } = example('bynn');
    const keys = { contract: 'bynn', keys: [bynnVector.publicKey], token: TOKEN } as const;
    const { payload } = await verify({ headers, body }, keys, bynnVector.claims.iat * 1000);
    expect(payload).toEqual(bynnVector.claims.data);
  });
});

describe('the contract of one’s own in docs/contracts.md', () => {
  it('is printed as it is run', () => {
    expect(read('docs/contracts.md')).toContain(read('test/core/contracts/stamped.ts'));
  });
  it('forms an event, and refuses one without what it needs', async () => {
    const event = anEvent({ data: '{"record":{"n":1.0}}' });
    const options = stamped.optionsSchema.parse({});
    const formed = await formWith(stamped, aDelivery({ event }), options, aMoment());
    expect(formed.kind === 'formed' && formed.body.toString()).toBe(
      '[1769851800000,"dossier.created",{"n":1.0}]',
    );
    const other = await formWith(stamped, aDelivery(), options, aMoment());
    expect(other).toEqual({
      kind: 'unshapeable',
      reason: 'The contract stamped needs data.record.',
    });
  });
});

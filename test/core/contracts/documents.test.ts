// What docs/ shows is so: the examples' bytes verify, and the sixth contract works as it is printed.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { verifyBronid } from '../../../docs/receivers/snippets/typescript/bronid.ts';
import { verifyBynn } from '../../../docs/receivers/snippets/typescript/bynn.ts';
import { verifyIdnow } from '../../../docs/receivers/snippets/typescript/idnow.ts';
import { verifyKycHmac } from '../../../docs/receivers/snippets/typescript/kyc-hmac.ts';
import { verifyStandardWebhooks } from '../../../docs/receivers/snippets/typescript/standard-webhooks.ts';
import { aDelivery, aMoment } from '../../builders/contracts.ts';
import { anEvent } from '../../builders/events.ts';
import bynnVector from './fixtures/bynn.json' with { type: 'json' };
import { formWith } from './form.ts';
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

const SENT_AT = 1_769_851_805;

describe('the receivers’ pages show real bytes', () => {
  it('of standard-webhooks', () => {
    const { headers, body, page } = example('standard-webhooks');
    const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    expect(page).toContain(secret);
    expect(verifyStandardWebhooks(headers, body, secret, SENT_AT)).toHaveProperty('data');
  });
  it('of bynn', () => {
    const { headers, body } = example('bynn');
    const token = 'wh_5YCo6VqqfNWjNbMu8q3NPjct';
    const data = verifyBynn(headers, body, [bynnVector.publicKey], token, bynnVector.claims.iat);
    expect(data).toEqual(bynnVector.claims.data);
  });
  it('of kyc-hmac', () => {
    const { headers, body, page } = example('kyc-hmac');
    const secret = '5f3a9c1b7e2d4a6f8b0c5f3a9c1b7e2d5f3a9c1b7e2d4a6f8b0c5f3a9c1b7e2d';
    expect(page).toContain(secret);
    expect(verifyKycHmac(headers, body, [secret])).toHaveProperty('created', 1_769_851_800);
  });
  it('of bronid', () => {
    const { headers, body } = example('bronid');
    const keys = ['the_secret_signing_key@!'];
    expect(verifyBronid(headers, body, keys, SENT_AT)).toHaveProperty('name', 'My Company');
  });
  it('of idnow', () => {
    const { headers, body } = example('idnow');
    const keys = ['q0lF1v7hJv0m9h2bX3sT5uW8yZ1aB4cD6eF7gH9iJ0k'];
    expect(verifyIdnow(headers, body, keys, SENT_AT)).toHaveProperty('sessionId');
  });
});

describe('the sixth contract of docs/contracts.md', () => {
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

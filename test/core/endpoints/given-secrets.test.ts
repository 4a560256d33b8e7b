// Secrets that customers bring along: taken only if every published verifier of the contract can use them.
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { STRICT_RULES } from '../../../lambdas/core/destinations/http/url.ts';
import { endpointInputSchema } from '../../../lambdas/core/endpoints/endpoint.ts';
import { faultsOf } from '../../../lambdas/core/faults.ts';
import { asymmetricSecret } from '../../../lambdas/core/signing/asymmetric-secret.ts';
import { keyBytesOf } from '../../../lambdas/core/signing/secret.ts';

const schema = endpointInputSchema(STRICT_RULES);
const faults = (contract: string, secret: string, more: object = {}) => {
  const parsed = schema.safeParse({ url: 'https://acme.io/a', contract, secret, ...more });
  return parsed.success ? [] : faultsOf(parsed.error);
};

const BYTES = Buffer.from(
  '000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
  'hex',
);
const of = (length: number) => `whsec_${BYTES.subarray(0, length).toString('base64')}`;
const ED25519 = asymmetricSecret(BYTES);
const TEXT = 'the_secret_signing_key@!';
const CONTRACTS = ['standard-webhooks', 'bynn', 'kyc-hmac', 'bronid', 'idnow'];
const AS_TEXT = ['kyc-hmac', 'bronid', 'idnow'];

describe('a whsec_ secret in plain base64', () => {
  it.each([18, 19, 20, 24, 31, 32])('of %d bytes is taken, and libraries can use it', (length) => {
    const secret = of(length);
    expect(faults('standard-webhooks', secret)).toEqual([]);
    // What a strict decoder gives is what signs; the library takes it too.
    expect(keyBytesOf(secret)).toEqual(BYTES.subarray(0, length));
    expect(() => new Webhook(secret)).not.toThrow();
  });

  it.each(AS_TEXT)('is refused for %s, whose receivers use a secret as text', (contract) => {
    const message = `must not begin with whsec_: receivers of ${contract} use it as text`;
    expect(faults(contract, of(32))).toEqual([{ path: '/secret', message }]);
    expect(faults(contract, TEXT)).toEqual([]);
    const extra = { signatures: [{ scheme: contract }] };
    expect(faults('bynn', of(32), extra)).toEqual([{ path: '/secret', message }]);
    expect(faults('bynn', TEXT, extra)).toEqual([]);
  });

  it.each(AS_TEXT)('may sign by two schemes, standard-webhooks and %s', (scheme) => {
    expect(faults('standard-webhooks', of(32), { signatures: [{ scheme }] })).toEqual([]);
    const extra = { signatures: [{ scheme: 'standard-webhooks' }] };
    expect(faults(scheme, of(32), extra)).toEqual([]);
    expect(faults(scheme, TEXT, extra)).toEqual([]);
  });
});

/** For every contract: nobody means these as text. */
const ODD: readonly (readonly [title: string, secret: string, message: string])[] = [
  ['without padding', of(32).replace(/=+$/, ''), 'must be whsec_ and base64 that ends with ='],
  ['without its two', of(31).replace(/=+$/, ''), 'must be whsec_ and base64 that ends with =='],
  ['with one of two', of(31).replace(/==$/, '='), 'must be whsec_ and base64 that ends with =='],
  ['with == for =', `${of(32)}=`, 'must be whsec_ and base64 that ends with ='],
  ['with === for =', `${of(32)}==`, 'must be whsec_ and base64 that ends with ='],
  ['with needless padding', `${of(24)}=`, 'must be whsec_ and base64 that ends without ='],
  ['with a group of padding', `${of(24)}====`, 'must be whsec_ and base64 that ends without ='],
  [
    'of 4n+1 characters',
    `${of(24)}A`,
    'must be whsec_ and base64 that is whole: a character is missing, or there is one too many',
  ],
  [
    'of 4n+1 characters, padded',
    `${of(24)}A===`,
    'must be whsec_ and base64 that is whole: a character is missing, or there is one too many',
  ],
  [
    'with bits after its end',
    of(32).replace('8=', '9='),
    'must be whsec_ and base64 that ends as encoders write it: its last character is another',
  ],
  ...[
    ['in the alphabet of URLs', 'whsec_AAECAwQFBgcICQ-LDA0ODxAREhMU_RYX'],
    ['with padding in the middle', 'whsec_AAECAwQFBgc=ICQoLDA0ODxAREhMUFRYX'],
    ['with its prefix twice', `whsec_${of(24)}`],
    ['with a quote at its end', `${of(24)}"`],
    ['with a comma at its end', `${of(24)},`],
    ['with escapes of URLs', 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX%3D'],
    ['with three dots', `${of(24)}...`],
    ['in hex with colons', 'whsec_00:01:02:03:04:05:06:07:08:09:0a'],
  ].map(
    ([title = '', secret = '']) =>
      [title, secret, 'must be whsec_ and base64 that has letters, digits, + and / only'] as const,
  ),
  ['of 17 bytes', of(17), 'must be whsec_ and the base64 of 18 to 192 bytes'],
  ...[
    ['with v1, before it', `v1,${of(24)}`],
    ['with v1a, before it', `v1a,${of(24)}`],
    ['in capitals', of(24).replace('whsec', 'WHSEC')],
    ['with a capital', of(24).replace('whsec', 'Whsec')],
    ['in quotes', `"${of(24)}"`],
    ['in single quotes', `'${of(24)}'`],
    ['with its variable', `WEBHOOK_SECRET=${of(24)}`],
    ['as a header', `Bearer:${of(24)}`],
    ['private, with v1a, before it', `v1a,${ED25519}`],
    ['private, in capitals', ED25519.replace('whsk', 'WHSK')],
  ].map(
    ([title = '', secret = '']) =>
      [
        title,
        secret,
        'must begin with whsec_ or whsk_, in lower case and with nothing before it',
      ] as const,
  ),
  ...['whpk_', 'WHPK_', 'v1a,whpk_'].map(
    (prefix) =>
      [
        `public: ${prefix}`,
        `${prefix}${BYTES.toString('base64')}`,
        'is a public key: give the whsk_ key that it belongs to',
      ] as const,
  ),
  [
    'private without padding',
    ED25519.replace(/=+$/, ''),
    'must be whsk_ and base64 that ends with ==',
  ],
  ['private with too much', `${ED25519}=`, 'must be whsk_ and base64 that ends with =='],
  [
    'private, of the seed without padding',
    `whsk_${BYTES.toString('base64').replace(/=+$/, '')}`,
    'must be whsk_ and base64 that ends with =',
  ],
  [
    'private, of 33 bytes',
    `whsk_${Buffer.concat([BYTES, Buffer.from([1])]).toString('base64')}`,
    'must be whsk_ and the base64 of an ed25519 key of 32 or 64 bytes',
  ],
];

describe('a secret is refused by its form, for every contract:', () => {
  it.each(ODD)('%s', (_, secret, message) => {
    for (const contract of CONTRACTS) {
      expect(faults(contract, secret)).toContainEqual({ path: '/secret', message });
    }
  });
});

describe('standard-webhooks takes no secret without a prefix:', () => {
  it.each([
    ['text', TEXT],
    ['plain base64', BYTES.toString('base64')],
    ['plain base64 without padding', BYTES.toString('base64url')],
    ['hex', BYTES.toString('hex')],
    ['of Stripe', 'whsecABCDEFGHIJKLMNOPQRSTUVWXYZ'],
    ['with a hyphen', of(24).replace('whsec_', 'whsec-')],
    ['with a colon', of(24).replace('whsec_', 'whsec:')],
    ['of Svix, in its own words', 'svix_sec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX'],
    ['a UUID', '7d3a1c8e-52b4-4f6a-9e0d-b1c2a3f4e5d6'],
  ])('%s', (_, secret) => {
    const message =
      'must be whsec_ and base64, or a whsk_ key: receivers of standard-webhooks take nothing else';
    expect(faults('standard-webhooks', secret)).toEqual([{ path: '/secret', message }]);
    for (const contract of AS_TEXT) expect(faults(contract, secret)).toEqual([]);
  });
});

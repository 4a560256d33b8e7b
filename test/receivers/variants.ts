// What endpoints may be set to beside their defaults: how their receivers are told, and what they must answer then.
import { createHmac } from 'node:crypto';
import { publicSecretOf } from '../../lambdas/core/signing/asymmetric-secret.ts';
import type { Way } from '../../scripts/receivers/ways.ts';
import { TOKEN } from '../builders/contracts.ts';
import bynnVector from '../core/contracts/fixtures/bynn.json' with { type: 'json' };
import { type Wish, withFlippedByte, withHeader } from '../core/contracts/form.ts';
import { header, type Received } from '../core/contracts/independent-verifiers.ts';
import { formed, otherThan, type Row, vendors } from './forged.ts';
import { type Delivered, pairOf, secretsOf } from './live.ts';

export interface Variant {
  readonly name: string;
  readonly about: string;
  /** Of the endpoint, beside what it has without them. */
  readonly settings?: object;
  /** Of the server, likewise. */
  readonly environment: Readonly<Record<string, string>>;
  /** Seconds, of the server's clock. */
  readonly offBy?: number;
  /** @param deliver by Posthorn, to an endpoint that is set so */
  rowsOf(way: Way, deliver: () => Promise<Delivered>): Promise<Row[]>;
}

const PUBLIC = publicSecretOf(pairOf('one'));

export const variantsOf = (way: Way): Variant[] => {
  if (way === 'standard-webhooks' || way === 'jwe') return [byKeyPair(way)];
  if (way === 'kyc-hmac') return [withTime];
  if (way === 'idnow') return [inOtherHeader];
  return way === 'bynn' ? [vendorsTime] : [];
};

const byKeyPair = (way: Way): Variant => ({
  name: 'v1a',
  about: 'signed by a key pair (v1a)',
  settings: { contractOptions: { signature: 'v1a' }, secret: pairOf('one') },
  // While it changes from its secret to its key.
  environment: { WEBHOOK_SECRETS: `${secretsOf(way)[1]} ${PUBLIC}` },
  async rowsOf(_, deliver) {
    const live = await deliver();
    const [genuine, { url }] = [header(live, 'webhook-signature'), live];
    const by = (n: number, secrets: readonly [string, ...string[]], offMs = 0) =>
      formed(way, url, n, { moment: { secrets, nowMs: Date.now() + offMs } });
    const signed = (signature: string) => withHeader(live, 'webhook-signature', signature);
    const both = await by(3, [pairOf('one'), secretsOf(way)[1]]);
    const [v1a = '', v1 = ''] = header(both, 'webhook-signature').split(' ');
    const bothSigned = (signature: string) => withHeader(both, 'webhook-signature', signature);
    const zeros = Buffer.alloc(64).toString('base64');
    return [
      { about: 'the same again', received: live, expected: 'repeat' },
      ...changes(live, ['webhook-id', 'webhook-timestamp', 'webhook-signature']),
      row('of a clock that is slow', await by(1, [pairOf('one')], -240_000), 'new'),
      row('of a clock that is fast', await by(2, [pairOf('one')], 240_000), 'new'),
      row('that is too old', await by(4, [pairOf('one')], -305_000)),
      row('that is too new', await by(5, [pairOf('one')], 320_000)),
      row('by the secret and the key', both, 'new'),
      row('by both, the other way round', bothSigned(`${v1} ${v1a}`), 'repeat'),
      row('by both, the secret a wrong one', bothSigned(`${v1a} v1,${zeros}`), 'repeat'),
      row('by both, the key a wrong one', bothSigned(`v1a,${zeros} ${v1}`), 'repeat'),
      row('by the secret alone', await by(6, [secretsOf(way)[1]]), 'new'),
      row('by another key first', await by(7, [pairOf('other'), pairOf('one')]), 'new'),
      row('by another key', await by(8, [pairOf('other')])),
      ...macKeys(PUBLIC).map((key, n) =>
        row(`by HMAC with the public key (${n})`, signed(`v1,${macOf(live, key)}`)),
      ),
      ...macKeys(secretsOf(way)[1]).map((key, n) =>
        row(`by HMAC as v1a (${n})`, signed(`v1a,${macOf(live, key)}`)),
      ),
      row('as v1', signed(genuine.replace('v1a,', 'v1,'))),
      row('as V1A', signed(genuine.replace('v1a,', 'V1A,'))),
      row('without its version', signed(genuine.replace('v1a,', ''))),
      ...GARBAGE.map((text) => row(`with ${text.slice(0, 40)}`, signed(text))),
      row('after garbage', signed(`v1a,é v1a,AAAA v2,x ${genuine}`), 'repeat'),
      ...['', '-1', '1e9', '²', '٣', 'NaN', '9'.repeat(400)].map((time) =>
        row(`sent at ${time.slice(0, 40)}`, withHeader(live, 'webhook-timestamp', time)),
      ),
    ];
  },
});

const GARBAGE = [
  ...['', ',', 'v1a', 'v1a,', 'v1a,é', 'v1a,=', 'v1a,AAAA', 'v1a,,', 'v1a '.repeat(1_000)],
  `v1a,${Buffer.alloc(64).toString('base64')}`,
  `v1a,${Buffer.alloc(64, 255).toString('base64')}`,
  `v1a,${'A'.repeat(8_000)}`,
];

/** What a verifier may take for the key: decoded, as text, and decoded with its prefix by a lax decoder. */
const macKeys = (secret: string): (Buffer | string)[] => {
  const [, encoded = ''] = secret.split('_');
  return [
    Buffer.from(encoded, 'base64'),
    encoded,
    secret,
    Buffer.from(secret.replace('_', ''), 'base64'),
    Buffer.from(secret, 'base64url'),
  ];
};

function macOf(received: Received, key: Buffer | string): string {
  const head = ['webhook-id', 'webhook-timestamp'].map((name) => `${header(received, name)}.`);
  return createHmac('sha256', key).update(head.join('')).update(received.body).digest('base64');
}

const withTime: Variant = {
  name: 'with-time',
  about: 'whose time is signed (signedContent)',
  settings: { contractOptions: { signedContent: 'timestamp.body' } },
  environment: { WEBHOOK_SIGNED_CONTENT: 'timestamp.body' },
  async rowsOf(way, deliver) {
    const live = await deliver();
    const [secret] = secretsOf(way);
    const byNew = await formed(way, live.url, 1, {
      options: { signedContent: 'timestamp.body' },
      moment: { secrets: [secret] },
    });
    return [
      { about: 'the same again', received: live, expected: 'repeat' },
      ...changes(live, ['X-Webhook-Timestamp', 'X-Webhook-Signature']),
      row('signed by the new secret', byNew, 'new'),
      row('whose time is not signed', await formed(way, live.url, 2)),
    ];
  },
};

const inOtherHeader: Variant = {
  name: 'other-header',
  about: 'whose JWT is in another header (headerName, prefix)',
  settings: { contractOptions: { headerName: 'X-Identity-Token', prefix: 'Token' } },
  environment: { WEBHOOK_HEADER: 'X-Identity-Token', WEBHOOK_PREFIX: 'Token' },
  async rowsOf(way, deliver) {
    const live = await deliver();
    const bare: Wish = { options: { headerName: 'X-Identity-Token', prefix: '' } };
    return [
      { about: 'the same again', received: live, expected: 'repeat' },
      ...changes(live, ['X-Identity-Token']),
      row('without a prefix', await formed(way, live.url, 1, bare), 'new'),
      row('in the usual header', await formed(way, live.url, 2)),
    ];
  },
};

const vendorsTime: Variant = {
  name: 'vendors',
  about: 'that the vendor published, at their time',
  environment: {},
  offBy: bynnVector.claims.iat + 60 - Math.floor(Date.now() / 1000),
  async rowsOf() {
    const at = vendors.body.indexOf('"jwt":"') + 100;
    const rawHeaders = [['X-Webhook-Token', otherThan(TOKEN)]] as const;
    return [
      row('that the vendor published', vendors, 'new'),
      row('the same again', vendors, 'repeat'),
      row('with a changed JWT', withFlippedByte(vendors, at, 1)),
      row('with another token', { ...vendors, rawHeaders }),
    ];
  },
};

const row = (about: string, received: Received, expected: Row['expected'] = 'refused'): Row => ({
  about,
  received,
  expected,
});

/** In its body, and in each of the headers. */
function changes(live: Received, names: readonly string[]): Row[] {
  return [
    row('with a changed body', withFlippedByte(live, live.body.length >> 1, 1)),
    ...names.flatMap((name) => [
      row(`with another ${name}`, withHeader(live, name, otherThan(header(live, name)))),
      row(`without ${name}`, {
        ...live,
        rawHeaders: live.rawHeaders.filter(([one]) => one.toLowerCase() !== name.toLowerCase()),
      }),
    ]),
  ];
}

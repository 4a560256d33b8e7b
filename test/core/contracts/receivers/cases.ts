// Deliveries for whoever verifies them: good ones, changed ones, ones seen by a clock that is off, forged ones, and the
// vendor's own.
import { createHash, createHmac } from 'node:crypto';
import {
  SIGNED_CONTRACT_NAMES,
  type SignedContractName,
} from '../../../../lambdas/core/contracts/all.ts';
import { publicPem, SECRET, TOKEN } from '../../../builders/contracts.ts';
import { anEvent, NOON_MS } from '../../../builders/events.ts';
import bynnVector from '../fixtures/bynn.json' with { type: 'json' };
import { form, withFlippedByte } from '../form.ts';
import type { Received } from '../independent-verifiers.ts';
import { forgeriesOf } from './forgeries.ts';

export interface Case {
  readonly contract: SignedContractName;
  readonly headers: Record<string, string>;
  /** Base64. */
  readonly body: string;
  readonly keys: readonly string[];
  readonly token: string;
  readonly now: number;
  readonly expected: boolean;
  readonly about: string;
}

const OTHER = 'another_secret_of_24_ch@!';
const WHSEC = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
/** The last one signs. */
export const KEYS: Readonly<Record<SignedContractName, readonly string[]>> = {
  'standard-webhooks': [WHSEC],
  bynn: [bynnVector.publicKey, publicPem('RS256')],
  'kyc-hmac': [OTHER, SECRET],
  bronid: [OTHER, SECRET],
  idnow: [OTHER, SECRET],
};
const WRONG: Record<SignedContractName, string[]> = {
  'standard-webhooks': ['whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD'],
  bynn: [bynnVector.publicKey],
  'kyc-hmac': [OTHER],
  bronid: [OTHER],
  idnow: [OTHER],
};
/** How far a receiver's clock may be off, and from when on a delivery is too old: seconds. */
const TOLERATED: Record<SignedContractName, number> = {
  'standard-webhooks': 240,
  bynn: 240,
  'kyc-hmac': 240,
  bronid: 240,
  idnow: 120,
};
const TOO_OLD: Partial<Record<SignedContractName, number>> = {
  'standard-webhooks': 301,
  bynn: 24 * 3600 + 302,
  idnow: 300 + 122,
};

/** Data that has members like the envelope's and the claims', in other spellings of their names. */
export const LIKE_OURS = 'with names in its data that differ from ours by their case';
const LIKE = anEvent({
  data: '{"resource":{"Data":1,"EXP":1,"Timestamp":1},"timestamp":5,"Timestamp":"2026-01-01","TIMESTAMP":9e99,"Jwt":[],"JWT":"a.b.c","Iat":"x","BODY_SHA256":7,"sessionId":"s","Type":{},"ID":null}',
});

interface Garbage {
  readonly headers?: Record<string, string>;
  readonly body?: string;
}
const base64url = (text: string) => Buffer.from(text).toString('base64url');
const DEEP = '['.repeat(100_000);
/** Texts that are no JWT, and JWTs that hold no objects. */
const NO_TOKENS = [
  '',
  '.',
  '..',
  '...',
  'a.b.c',
  'é.é.é',
  ...['5', 'null', '[]', '{}', '"x"', '{"alg":5}', '{"alg":null}', DEEP].map((text) =>
    [text, text, 'x'].map(base64url).join('.'),
  ),
];
const BODIES = [
  '',
  'x',
  '5',
  'null',
  '[]',
  '{}',
  '"jwt"',
  '\u00ff',
  DEEP,
  `${DEEP}${']'.repeat(100_000)}`,
];
/** Nothing of it is signed by anybody: each is refused, as everything else is. */
const GARBAGE: Record<SignedContractName, readonly Garbage[]> = {
  'standard-webhooks': [
    ...[
      '',
      '-1',
      '+1',
      '1.5',
      '1e9',
      '0x10',
      ' 1',
      '²',
      '٣',
      'NaN',
      '9'.repeat(18),
      '9'.repeat(30),
      '9'.repeat(400),
      '9'.repeat(5_000),
    ].map((timestamp) => ({ headers: { 'webhook-timestamp': timestamp } })),
    ...[
      '',
      ',',
      'v1',
      'v1,',
      'v1,é',
      'v1,=',
      'v1a,AAAA',
      'v1,AAAA '.repeat(1_000),
      ' '.repeat(5_000),
    ].map((signature) => ({
      headers: { 'webhook-signature': signature },
    })),
    ...BODIES.map((body) => ({ body })),
  ],
  bynn: [
    ...BODIES.map((body) => ({ body })),
    ...['5', 'null', '[]', '{}', 'true'].map((jwt) => ({ body: `{"jwt":${jwt}}` })),
    ...NO_TOKENS.map((jwt) => ({ body: JSON.stringify({ jwt }) })),
    { headers: { 'x-webhook-token': 'é'.repeat(20) } },
  ],
  'kyc-hmac': [
    ...['', 'sha256=', 'sha256=é', 'sha1=00', 'SHA256=00'].map((signature) => ({
      headers: { 'x-webhook-signature': signature },
    })),
    ...BODIES.map((body) => ({ body })),
  ],
  bronid: [
    ...['', 'bronid_sec_sha256_', 'é', 'null'].map((signature) => ({
      headers: { 'x-bronid-signature-sha': signature },
    })),
    ...BODIES.map((body) => ({ body })),
  ],
  idnow: [
    ...NO_TOKENS.flatMap((token) =>
      ['Bearer ', ''].map((prefix) => ({ headers: { authorization: prefix + token } })),
    ),
    ...BODIES.map((body) => ({ body })),
  ],
};

function caseOf(
  contract: SignedContractName,
  received: Received,
  about: string,
  expected: boolean,
  now: number,
): Case {
  const headers: Record<string, string> = {};
  for (const [name, value] of received.rawHeaders) headers[name.toLowerCase()] = value;
  const body = received.body.toString('base64');
  const keys = KEYS[contract];
  return { contract, headers, body, keys, token: TOKEN, now, expected, about };
}

/** @param nowMs when they are signed */
export async function casesOf(contract: SignedContractName, nowMs: number): Promise<Case[]> {
  const sentAt = Math.floor(nowMs / 1000);
  const event = anEvent({ data: '{"resource":{"id":"d-1","name":"Zoë"},"sessionId":"ses_42"}' });
  const secrets = [contract === 'standard-webhooks' ? WHSEC : SECRET] as const;
  const received = await form(contract, { event, moment: { secrets, nowMs } });
  const good = caseOf(contract, received, 'as it came', true, sentAt);
  const likeOurs = await form(contract, { event: LIKE, moment: { secrets, nowMs } });
  const off = TOLERATED[contract];
  const tooOld = TOO_OLD[contract];
  const jwtAt = received.body.indexOf('"jwt":"') + 40;
  const changed = withFlippedByte(received, contract === 'bynn' ? jwtAt : 12, 1);
  return [
    good,
    { ...good, about: 'by a clock that is slow', now: sentAt - off },
    { ...good, about: 'by a clock that is fast', now: sentAt + off },
    { ...good, about: 'with other keys', keys: WRONG[contract], expected: false },
    caseOf(contract, changed, 'with a changed body', false, sentAt),
    caseOf(contract, likeOurs, LIKE_OURS, true, sentAt),
    ...GARBAGE[contract].map(({ headers, body }) => ({
      ...good,
      about: `with ${JSON.stringify({ ...headers, ...(body && { body }) }).slice(0, 80)}`,
      headers: { ...good.headers, ...headers },
      ...(body === undefined ? {} : { body: Buffer.from(body).toString('base64') }),
      expected: false,
    })),
    ...(await forgeriesOf(contract, secrets[0], nowMs)).map(({ received: forged, about }) =>
      caseOf(contract, forged, about, false, sentAt),
    ),
    ...WEAK[contract].map((key) => ({
      // Signed with it, as far as our own code can.
      ...good,
      about: `with the key ${JSON.stringify(key)}`,
      ...weakly(received, key, sentAt),
      expected: false,
    })),
    ...(contract === 'bynn'
      ? [
          { ...good, about: 'with the token of another', token: OTHER, expected: false },
          { ...good, about: 'without a token', headers: {}, expected: false },
          {
            ...good,
            about: 'with no token at either end',
            headers: {},
            token: '',
            expected: false,
          },
        ]
      : [
          {
            ...good,
            about: 'without its signature',
            headers: { 'webhook-timestamp': String(sentAt) },
            expected: false,
          },
        ]),
    ...(tooOld === undefined
      ? []
      : [{ ...good, about: 'too late', now: sentAt + tooOld, expected: false }]),
  ];
}

/** What a receiver holds whose configuration is wrong. */
const WEAK: Record<SignedContractName, readonly string[]> = {
  'standard-webhooks': ['', 'whsec_', 'whsec_!!!!', 'whsec_c2hvcnQ=', 'whpk_', SECRET],
  bynn: [],
  'kyc-hmac': ['', 'short'],
  bronid: ['', 'short'],
  idnow: ['', 'short'],
};

/** The same delivery as somebody signs it who knows that the receiver's key is weak. */
function weakly({ body, rawHeaders }: Received, key: string, sentAt: number) {
  const headers: Record<string, string> = {};
  for (const [name, value] of rawHeaders) headers[name.toLowerCase()] = value;
  const hmac = (secret: Buffer | string, ...parts: (Buffer | string)[]) =>
    parts.reduce((mac, part) => mac.update(part), createHmac('sha256', secret));
  const sha3 = createHash('sha3-256').update(body).update(key).digest('hex');
  const claims = {
    iat: sentAt,
    exp: sentAt + 300,
    body_sha256: createHash('sha256').update(body).digest('hex'),
  };
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'HS256' })}.${part(claims)}`;
  const decoded = Buffer.from(key.replace(/^wh[a-z]+_/, ''), 'base64');
  const head = `${headers['webhook-id']}.${headers['webhook-timestamp']}.`;
  return {
    keys: [key],
    headers: {
      ...headers,
      'webhook-signature': `v1,${hmac(decoded, head, body).digest('base64')}`,
      'x-webhook-signature': `sha256=${hmac(key, body).digest('hex')}`,
      'x-bronid-signature-sha': `bronid_sec_sha256_${sha3}`,
      authorization: `Bearer ${signed}.${hmac(key, signed).digest('base64url')}`,
    },
  };
}

/** The vendor's own delivery with the vendor's own key, through the same code. */
const vendors: Case = {
  contract: 'bynn',
  headers: { 'x-webhook-token': TOKEN },
  token: TOKEN,
  body: Buffer.from(JSON.stringify(bynnVector.body)).toString('base64'),
  keys: [bynnVector.publicKey],
  now: bynnVector.claims.iat + 60,
  expected: true,
  about: 'that the vendor published',
};

export async function allCases(): Promise<Case[]> {
  const lists = await Promise.all(
    SIGNED_CONTRACT_NAMES.map((contract) => casesOf(contract, NOON_MS)),
  );
  return [...lists.flat(), vendors];
}

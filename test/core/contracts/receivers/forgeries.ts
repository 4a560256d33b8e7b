// Deliveries that somebody else than the endpoint's tenant made, or that were made for something else: they look like the
// genuine one in all that is not signed, its token included.
import { createHash, createHmac, generateKeyPairSync, sign } from 'node:crypto';
import {
  SIGNED_CONTRACT_NAMES,
  type SignedContractName,
} from '../../../../lambdas/core/contracts/all.ts';
import type { SigningKeys } from '../../../../lambdas/core/signing/keys.ts';
import { publicPem, TOKEN } from '../../../builders/contracts.ts';
import { anEvent } from '../../../builders/events.ts';
import { form, withHeader } from '../form.ts';
import { header, type Received } from '../independent-verifiers.ts';

interface Forgery {
  readonly about: string;
  readonly received: Received;
}

/** Whoever is not the receiver's tenant in `live`, with keys and secrets of its own. */
export const STRANGERS = [
  { name: 'another tenant', tenant: 'globex', environment: 'live' },
  { name: 'another tenant in test', tenant: 'globex', environment: 'test' },
  { name: 'the tenant itself in test', tenant: 'acme', environment: 'test' },
] as const;
type Stranger = (typeof STRANGERS)[number];

const rsa = new Map(
  STRANGERS.map((one) => [one, generateKeyPairSync('rsa', { modulusLength: 2048 })] as const),
);
const ed25519 = new Map(STRANGERS.map((one) => [one, generateKeyPairSync('ed25519')] as const));

/** Under the ids of the genuine ones. */
export function keysOf(stranger: Stranger): SigningKeys {
  const [one, other] = [rsa.get(stranger), ed25519.get(stranger)];
  if (!one || !other) throw new Error(`${stranger.name} has no keys`);
  const key = { signsFromMs: 0 } as const;
  return {
    RS256: { ...key, id: 'sk_rsa', algorithm: 'RS256', privateKey: one.privateKey },
    Ed25519: { ...key, id: 'sk_ed25519', algorithm: 'Ed25519', privateKey: other.privateKey },
  };
}

export function secretOf({ name }: Stranger, contract: SignedContractName): string {
  const digest = createHash('sha256').update(name).digest();
  return contract === 'standard-webhooks'
    ? `whsec_${digest.toString('base64')}`
    : digest.toString('hex');
}

const DATA = '{"resource":{"id":"d-1","name":"Zoë"},"sessionId":"ses_42"}';

/**
 * @param secret the receiver's
 * @param nowMs when they are signed
 */
export async function forgeriesOf(
  contract: SignedContractName,
  secret: string,
  nowMs: number,
): Promise<Forgery[]> {
  const genuine = await form(contract, {
    event: anEvent({ data: DATA }),
    moment: { secrets: [secret], nowMs },
  });
  const byOthers = await Promise.all(
    STRANGERS.map(async (stranger) => {
      const { tenant, environment } = stranger;
      const secrets = [secretOf(stranger, contract)] as const;
      const received = await form(contract, {
        event: anEvent({ tenant, environment, data: DATA }),
        moment: { secrets, nowMs, keys: keysOf(stranger) },
      });
      return {
        about: `signed for ${stranger.name}`,
        received: withHeader(received, 'X-Test-Mode', 'false'),
      };
    }),
  );
  const ofOthers = await Promise.all(
    SIGNED_CONTRACT_NAMES.filter((name) => name !== contract).map(async (name) => ({
      about: `of the contract ${name}, signed with the same secret`,
      received: withToken(
        await form(name, { event: anEvent({ data: DATA }), moment: { secrets: [secret], nowMs } }),
      ),
    })),
  );
  return [...byOthers, ...ofOthers, ...(await changesOf(contract, genuine, secret, nowMs))];
}

/** What anybody makes of a delivery that was seen. */
async function changesOf(
  contract: SignedContractName,
  genuine: Received,
  secret: string,
  nowMs: number,
): Promise<Forgery[]> {
  if (contract === 'bynn') {
    return [
      ...tokensOf(genuine).map(([about, jwt]) => ({ about, received: withJwt(genuine, jwt) })),
      ...[...BODIES.map((body) => [`the body ${body}`, body] as const), ...LARGE].map(
        ([about, body]) => ({
          about: `with ${about}`,
          received: { ...genuine, body: Buffer.from(body) },
        }),
      ),
    ];
  }
  const other = await form(contract, {
    event: anEvent({ data: DATA.replace('ses_42', 'ses_43').replace('d-1', 'd-2') }),
    moment: { secrets: [secret], nowMs },
  });
  const swapped = [
    { about: 'with the body of another delivery', received: { ...genuine, body: other.body } },
    {
      about: 'with white space after its body',
      received: { ...genuine, body: Buffer.concat([genuine.body, Buffer.from(' ')]) },
    },
    { about: 'without a body', received: { ...genuine, body: Buffer.alloc(0) } },
  ];
  if (contract !== 'idnow') return swapped;
  const bearer = header(genuine, 'Authorization').replace('Bearer ', '');
  return [
    ...swapped,
    ...unsignedTokens(bearer).map(([about, jwt]) => ({
      about,
      received: withHeader(genuine, 'Authorization', `Bearer ${jwt}`),
    })),
  ];
}

/** What the endpoint's own deliveries carry, whether it is asked for or not. */
const withToken = (received: Received): Received => ({
  ...received,
  rawHeaders: [...received.rawHeaders, ['X-Webhook-Token', TOKEN]],
});

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function withJwt(received: Received, jwt: string): Received {
  const body = Buffer.from(JSON.stringify({ ...JSON.parse(received.body.toString()), jwt }));
  return { ...received, body };
}

const MALFORMED = [
  '',
  'x',
  '.',
  '..',
  '...',
  'a.b.c',
  '\u00e9.\u00e9.\u00e9',
  'bnVsbA.bnVsbA.bnVsbA',
  'W10.W10.W10',
];
const BODIES = [
  '',
  'x',
  'null',
  '[]',
  '{}',
  '"x"',
  '{"jwt":null}',
  '{"jwt":5}',
  '{"jwt":["a"]}',
  '{"jwt":{}}',
];
/** What is parsed before it is known to be genuine. */
const LARGE: readonly (readonly [about: string, body: string])[] = [
  ['a body of many brackets', `{"jwt":${'['.repeat(100_000)}`],
  ['a body that is nested deep', `{"jwt":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
  ['a body of many objects', `${'{"jwt":'.repeat(50_000)}1${'}'.repeat(50_000)}`],
  ['a JWT of a megabyte', `{"jwt":"${'a'.repeat(1_000_000)}"}`],
  [
    'a JWT of large parts',
    `{"jwt":"${['a', 'b', 'c'].map((one) => one.repeat(300_000)).join('.')}"}`,
  ],
  ['a JWT of many parts', `{"jwt":"${'a.'.repeat(300_000)}"}`],
  ['a JWT of many escapes', `{"jwt":"${'\\u0061'.repeat(100_000)}"}`],
  ['many JWTs', `{${'"jwt":"a.b.c",'.repeat(50_000)}"a":1}`],
];

/** JWTs that say themselves how they are to be verified. */
function unsignedTokens(jwt: string): [about: string, jwt: string][] {
  const [, claims = '', signature = ''] = jwt.split('.');
  return [
    ['with a JWT of no algorithm', `${part({ alg: 'none' })}.${claims}.`],
    [
      'with a JWT of no algorithm, and a signature',
      `${part({ alg: 'none' })}.${claims}.${signature}`,
    ],
    ['with a JWT without a signature', jwt.replace(/[^.]*$/, '')],
    ['with a JWT by an empty key', emptyMac(`${part({ alg: 'HS256' })}.${claims}`)],
    ...MALFORMED.map((one): [string, string] => [`with the JWT ${one}`, one]),
  ];
}

const emptyMac = (signed: string): string =>
  `${signed}.${createHmac('sha256', '').update(signed).digest('base64url')}`;

function tokensOf({ body }: Received): [about: string, jwt: string][] {
  const jwt: string = JSON.parse(body.toString()).jwt;
  const [head = '', claims = '', signature = ''] = jwt.split('.');
  const changed = part({
    ...JSON.parse(Buffer.from(claims, 'base64url').toString()),
    data: { event_id: 'x' },
  });
  const stranger = rsa.get(STRANGERS[0]);
  if (!stranger) throw new Error('there is no stranger');
  const jwk = stranger.publicKey.export({ format: 'jwk' });
  const ownKey = `${part({ alg: 'RS256', jwk, jku: 'https://globex.example/jwks.json' })}.${claims}`;
  const byPublic = `${part({ alg: 'HS256' })}.${claims}`;
  const mac = createHmac('sha256', publicPem('RS256')).update(byPublic).digest('base64url');
  return [
    ...unsignedTokens(jwt),
    ['with changed claims', `${head}.${changed}.${signature}`],
    [
      'with a JWT that brings its own key',
      `${ownKey}.${sign('sha256', Buffer.from(ownKey), stranger.privateKey).toString('base64url')}`,
    ],
    ['with a JWT by the public key as a secret', `${byPublic}.${mac}`],
  ];
}

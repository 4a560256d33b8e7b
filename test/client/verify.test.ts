// verify() against what was published: by the vendors, by Standard Webhooks, and by our own pages for
// receivers. Nothing here is made by the code under test, or by what signs.
import { createHash, createHmac, createPublicKey } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import {
  type Received,
  VerificationError,
  type VerificationKeys,
  verify,
} from '../../client/src/index.ts';
import bronidVector from '../core/contracts/fixtures/bronid.json' with { type: 'json' };
import bynnVector from '../core/contracts/fixtures/bynn.json' with { type: 'json' };

interface Case {
  readonly received: { readonly headers: Record<string, string>; readonly body: string };
  readonly keys: VerificationKeys;
  readonly nowMs: number;
  readonly id: string;
  readonly type: string | undefined;
  /** The header that carries the signature; the body does where there is none. */
  readonly signatureHeader?: string;
}

const TOKEN = 'wh_5YCo6VqqfNWjNbMu8q3NPjct';
const CARRIED = { 'x-webhook-token': TOKEN };
const PINNED = { contract: 'bynn', keys: [bynnVector.publicKey], token: TOKEN } as const;
const STANDARD_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const cases: Readonly<Record<string, Case>> = {
  'the specification of Standard Webhooks': {
    received: {
      headers: {
        'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
        'webhook-timestamp': '1614265330',
        'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
      },
      body: '{"test": 2432232314}',
    },
    keys: { contract: 'standard-webhooks', secret: STANDARD_SECRET },
    nowMs: 1_614_265_330_000,
    id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    type: undefined,
    signatureHeader: 'webhook-signature',
  },
  'bynn’s published delivery': {
    received: {
      headers: { 'Idempotency-Key': TOKEN, 'X-Webhook-Token': TOKEN },
      body: JSON.stringify(bynnVector.body),
    },
    keys: PINNED,
    nowMs: bynnVector.claims.iat * 1000,
    id: 'a5ba3848-94fc-47d6-b3eb-6687f4c033ea',
    type: 'dossier.created',
  },
  'bronID’s runnable example': {
    received: { headers: bronidVector.headers, body: bronidVector.body },
    keys: { contract: 'bronid', secret: bronidVector.signingKey },
    nowMs: JSON.parse(bronidVector.body).timestamp * 1000,
    id: '',
    type: undefined,
    signatureHeader: 'X-BronID-Signature-SHA',
  },
  'the example in docs/receivers/kyc-hmac.md': {
    received: {
      headers: {
        'X-Webhook-ID': 'evt_01h455vb4pex5vsknk084sn02q',
        'X-Webhook-Timestamp': '1769851800',
        'X-Webhook-Signature':
          'sha256=a22735df5f2b54874c9aaece4f90f67624b91847102cce3f4bf93b1935dc4d4c',
      },
      body: '{"id":"evt_01h455vb4pex5vsknk084sn02q","type":"kyc.session.processed","created":1769851800,"data":{"session_id":"ses_01j9w4k2q8c7","status":"processed"}}',
    },
    keys: {
      contract: 'kyc-hmac',
      secret: '5f3a9c1b7e2d4a6f8b0c5f3a9c1b7e2d5f3a9c1b7e2d4a6f8b0c5f3a9c1b7e2d',
    },
    nowMs: 1_769_851_805_000,
    id: 'evt_01h455vb4pex5vsknk084sn02q',
    type: 'kyc.session.processed',
    signatureHeader: 'X-Webhook-Signature',
  },
  'the example in docs/receivers/idnow.md': {
    received: {
      headers: {
        authorization:
          'Bearer eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpYXQiOjE3Njk4NTE4MDUsImV4cCI6MTc2OTg1MjEwNSwianRpIjoiZXZ0XzAxaDQ1NXZiNHBleDV2c2tuazA4NHNuMDJxIiwiYm9keV9zaGEyNTYiOiJmNmRmNzk3ZmQzODZkYzYxYzJjYTQzOWJkNjZjMjNiNWNiNTRmZjNhZTBmODcwMzFhMmUxMDE3ZDg4OTY1ZGZmIn0.UXFjweBSkXTLFAP0Za7SaHr2E9McKrUj8vslwUvvevw',
      },
      body: '{"eventId":"evt_01h455vb4pex5vsknk084sn02q","eventType":"session.completed","createdAt":"2026-01-31T09:30:00.000Z","sessionId":"0b6f6f0e-6f0c-4f57-9f0e-3a4f3d1f8c21"}',
    },
    keys: { contract: 'idnow', secret: 'q0lF1v7hJv0m9h2bX3sT5uW8yZ1aB4cD6eF7gH9iJ0k' },
    nowMs: 1_769_851_805_000,
    id: 'evt_01h455vb4pex5vsknk084sn02q',
    type: 'session.completed',
    signatureHeader: 'authorization',
  },
};

const refused = (received: Received, keys: VerificationKeys, nowMs: number) =>
  expect(verify(received, keys, nowMs)).rejects.toThrow(VerificationError);

describe.each(Object.entries(cases))('%s', (_, { received, keys, nowMs, id, type, ...rest }) => {
  const { signatureHeader } = rest;

  it('verifies, as text, as bytes and as a Request', async () => {
    const verified = await verify(received, keys, nowMs);
    expect(verified).toMatchObject({ id, type });
    expect(verified.payload).toEqual(
      keys.contract === 'bynn' ? bynnVector.claims.data : JSON.parse(received.body),
    );
    expect(JSON.parse(verified.payloadText)).toEqual(verified.payload);
    if (keys.contract !== 'bynn') expect(verified.payloadText).toBe(received.body);
    const bytes = new TextEncoder().encode(received.body);
    expect(await verify({ headers: received.headers, body: bytes }, keys, nowMs)).toEqual(verified);
    const headers = new Headers(received.headers);
    expect(await verify({ headers, body: bytes }, keys, nowMs)).toEqual(verified);
  });

  it('is refused with any other byte in its body, or in its JWT', async () => {
    const bytes = Buffer.from(received.body);
    const from = keys.contract === 'bynn' ? bytes.indexOf('"jwt":"') + 7 : 0;
    // Of base64 the last character of a part may differ in bits that mean nothing.
    const to = keys.contract === 'bynn' ? bytes.length - 3 : bytes.length;
    for (let at = from; at < to; at += 7) {
      const body = Buffer.from(bytes);
      body[at] = (body[at] ?? 0) ^ 1;
      await refused({ ...received, body }, keys, nowMs);
    }
    await refused({ ...received, body: '' }, keys, nowMs);
    if (keys.contract !== 'bynn')
      await refused({ ...received, body: `${received.body}\n` }, keys, nowMs);
  });

  it('is refused with another signature, and with none', async () => {
    if (signatureHeader === undefined) return;
    const { [signatureHeader]: signature = '', ...others } = received.headers;
    await refused({ ...received, headers: others }, keys, nowMs);
    for (let at = 0; at < signature.length - 2; at += 3) {
      const character = signature[at] === 'A' ? 'B' : 'A';
      const changed = signature.slice(0, at) + character + signature.slice(at + 1);
      // The prefix of idnow's header is an option of the endpoint, and says nothing.
      if (signatureHeader === 'authorization' && at < 'Bearer '.length) continue;
      await refused(
        { ...received, headers: { ...others, [signatureHeader]: changed } },
        keys,
        nowMs,
      );
    }
  });

  it('is refused with another key, and accepted with a second one during a rotation', async () => {
    if (keys.contract === 'bynn') return;
    const wrong = 'another secret of enough characters';
    await refused(received, { ...keys, secret: wrong }, nowMs);
    await refused(received, { ...keys, secret: [] }, nowMs);
    const both = { ...keys, secret: [wrong, String(keys.secret)] };
    expect(await verify(received, both, nowMs)).toMatchObject({ id });
  });

  it('is refused when it is too old or from the future, if its contract says the time', async () => {
    const days = 2 * 86_400_000;
    if (keys.contract === 'kyc-hmac') {
      expect(await verify(received, keys, nowMs + days)).toMatchObject({ id });
      return;
    }
    await refused(received, keys, nowMs + days);
    await refused(received, keys, nowMs - days);
  });
});

describe('a JWT', () => {
  const { received, keys, nowMs } = cases['the example in docs/receivers/idnow.md'] as Case;
  const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = received.headers.authorization?.split('.')[1] ?? '';

  it('without a signature is refused, whatever its header says', async () => {
    for (const alg of ['none', 'None', 'HS256']) {
      const authorization = `Bearer ${encoded({ alg })}.${claims}.`;
      await refused({ ...received, headers: { authorization } }, keys, nowMs);
    }
  });

  it('of an HMAC with the public key as its secret is refused', async () => {
    const head = `${encoded({ alg: 'HS256' })}.${encoded(bynnVector.claims)}`;
    const mac = createHmac('sha256', bynnVector.publicKey).update(head).digest('base64url');
    const body = JSON.stringify({ ...bynnVector.body, jwt: `${head}.${mac}` });
    await refused({ headers: CARRIED, body }, PINNED, bynnVector.claims.iat * 1000);
  });

  it('beside a changed body gives what was signed', async () => {
    const body = JSON.stringify({ ...bynnVector.body, event_type: 'dossier.deleted' });
    const { type } = await verify({ headers: CARRIED, body }, PINNED, bynnVector.claims.iat * 1000);
    expect(type).toBe('dossier.created');
  });
});

describe('headers', () => {
  const { received, keys, nowMs } = cases['the specification of Standard Webhooks'] as Case;

  it('are found in any case, and refused when one came twice', async () => {
    const upper = Object.fromEntries(
      Object.entries(received.headers).map(([name, value]) => [name.toUpperCase(), value]),
    );
    expect(await verify({ ...received, headers: upper }, keys, nowMs)).toMatchObject({
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    });
    const twice = { ...received.headers, 'Webhook-Id': 'msg_other' };
    await refused({ ...received, headers: twice }, keys, nowMs);
  });

  it('may hold several signatures, of which one fits', async () => {
    const signature = `v1a,AAAA v2,xx v1,AAAA ${received.headers['webhook-signature']}`;
    const headers = { ...received.headers, 'webhook-signature': signature };
    expect(await verify({ ...received, headers }, keys, nowMs)).toMatchObject({ type: undefined });
  });

  it('with another Keccak than the body’s are refused by bronid', async () => {
    const bronid = cases['bronID’s runnable example'] as Case;
    const headers = {
      ...bronid.received.headers,
      'X-BronID-Signature-KECCAK': `bronid_sec_keccak256_${'0'.repeat(64)}`,
    };
    await refused({ ...bronid.received, headers }, bronid.keys, bronid.nowMs);
  });
});

describe('what is no endpoint’s key', () => {
  const SHORT = [
    '',
    ' ',
    'short',
    'x'.repeat(23),
    'whsec_',
    'whsec_!!!!',
    'whsec_c2hvcnQ=',
    'whsk_AAAA',
    ' '.repeat(40),
    '\t\n'.repeat(20),
    'whsec_====',
    'whsec_ ',
    `whsec_${'A'.repeat(23)}`,
    'whpk_',
    'whpk_AAAA',
    `whpk_${Buffer.alloc(31).toString('base64')}`,
    `whpk_${Buffer.alloc(33).toString('base64')}`,
    `WHSK_${'A'.repeat(15)}`,
  ];
  const contracts = ['standard-webhooks', 'kyc-hmac', 'bronid', 'idnow'] as const;
  const secrets = [...SHORT, [], [''], ['', ''], undefined, null, 42];

  it.each(contracts.flatMap((contract) => secrets.map((secret) => [contract, secret] as const)))(
    'is refused for %s: %j, also beside a right one',
    async (contract, secret) => {
      const { received, nowMs, keys } =
        Object.values(cases).find((one) => one.keys.contract === contract) ?? expect.fail();
      const held = { contract, secret } as VerificationKeys;
      await refused(received, held, nowMs);
      // Signed with it, by whoever knows that it is empty or short.
      const text = typeof secret === 'string' ? secret : '';
      const bytes = text.startsWith('whsec_')
        ? Buffer.from(text.slice(6), 'base64')
        : Buffer.from(text);
      const forged = forgedWith(contract, bytes, nowMs);
      await refused(forged, held, nowMs);
      if (typeof secret !== 'string' || keys.contract === 'bynn') return;
      const both = { ...keys, secret: [String(keys.secret), secret] } as VerificationKeys;
      await refused(forged, both, nowMs);
    },
  );

  it.each(['', 'short', undefined, null])('is refused for bynn: the token %j', async (token) => {
    const { received, nowMs } = cases['bynn’s published delivery'] ?? expect.fail();
    const held = { ...PINNED, token } as VerificationKeys;
    for (const headers of [received.headers, {}, { 'x-webhook-token': token ?? '' }]) {
      await refused({ ...received, headers }, held, nowMs);
    }
  });

  it('is refused: a delivery of bynn that carries another token, or none', async () => {
    const { received, nowMs } = cases['bynn’s published delivery'] ?? expect.fail();
    for (const headers of [
      {},
      { 'x-webhook-token': 'wh_another' },
      { 'x-webhook-token': `${TOKEN}x` },
    ]) {
      await refused({ ...received, headers }, PINNED, nowMs);
    }
    // Unless its endpoint sends none: then it carries what the sample carries.
    const sample = { ...PINNED, token: undefined, webhookToken: 'delivery' } as const;
    expect(await verify(received, sample, nowMs)).toMatchObject({ type: 'dossier.created' });
    await refused({ ...received, headers: CARRIED }, sample, nowMs);
  });

  const {
    received: good,
    keys: goodKeys,
    nowMs: then,
  } = cases['the specification of Standard Webhooks'] as Case;

  it.each([
    [{ ...good, body: { test: 1 } }, /^body: must be the raw bytes/],
    [{ ...good, body: undefined }, /^body: /],
    [{ ...good, body: null }, /^body: /],
    [{ ...good, body: [1, 2] }, /^body: /],
    [{ body: good.body }, /^headers: are missing/],
    [{ ...good, headers: null }, /^headers: /],
    [undefined, /^headers: /],
  ])('and what is no request is said by its name: %j', async (received, words) => {
    await expect(verify(received as Received, goodKeys, then)).rejects.toThrow(words);
    await refused(received as Received, goodKeys, then);
  });

  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY, '300', null, {}])(
    'and a tolerance of %j is refused by its name, for each contract',
    async (toleranceSeconds) => {
      for (const { received, keys, nowMs } of Object.values(cases)) {
        const held = { ...keys, toleranceSeconds } as unknown as VerificationKeys;
        await expect(verify(received, held, nowMs)).rejects.toThrow(/^toleranceSeconds: /);
      }
    },
  );

  it.each([
    'tolerance',
    'tolleranceSeconds',
    'Secret',
    'secrets',
    'signed_content',
    'header',
    'key',
  ])('and the option %s is refused by its name, for each contract', async (name) => {
    for (const { received, keys, nowMs } of Object.values(cases)) {
      const held = { ...keys, [name]: 'body' } as unknown as VerificationKeys;
      await expect(verify(received, held, nowMs)).rejects.toThrow(`${name}: is no option`);
    }
  });

  it('and an undefined tolerance is the default', async () => {
    for (const { received, keys, nowMs, id } of Object.values(cases)) {
      const held = { ...keys, toleranceSeconds: undefined } as unknown as VerificationKeys;
      expect(await verify(received, held, nowMs)).toMatchObject({ id });
    }
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, '0', null])('and the time %j', async (nowMs) => {
    await refused(good, goodKeys, nowMs as number);
  });

  it.each([undefined, null, 'keys', 5])('and keys of %j', async (keys) => {
    await refused(good, keys as unknown as VerificationKeys, then);
  });

  it.each(['', 'PEM', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----', 5, null, {}])(
    'and a PEM of %j, also beside a right one',
    async (pem) => {
      const { received, nowMs } = cases['bynn’s published delivery'] ?? expect.fail();
      for (const keys of [[pem], [bynnVector.publicKey, pem], pem]) {
        await refused(received, { ...PINNED, keys } as unknown as VerificationKeys, nowMs);
      }
    },
  );

  it('and a broken key of a set does not keep the others from being used', async () => {
    const { received, nowMs, id } = cases['bynn’s published delivery'] ?? expect.fail();
    const jwk = createPublicKey(bynnVector.publicKey).export({ format: 'jwk' });
    const broken = [
      { kty: 'RSA' },
      { kty: 'RSA', n: 'AQAB', e: '' },
      { kty: 'RSA', n: 5, e: 5 },
      { kty: 'EC', crv: 'P-256' },
      {},
      null,
      'key',
    ];
    const sets = [{ keys: [...broken, jwk] }, [{ keys: broken }, { keys: [jwk] }]];
    for (const keys of sets) {
      const held = { ...PINNED, keys } as unknown as VerificationKeys;
      expect(await verify(received, held, nowMs)).toMatchObject({ id });
    }
    const none = { ...PINNED, keys: { keys: broken } } as unknown as VerificationKeys;
    await refused(received, none, nowMs);
  });

  it.each(['x', '', undefined, 'toString'])('is refused: the contract %j', async (contract) => {
    const { received, nowMs } = cases['bynn’s published delivery'] ?? expect.fail();
    await refused(received, { ...PINNED, contract } as unknown as VerificationKeys, nowMs);
  });
});

function forgedWith(contract: VerificationKeys['contract'], key: Buffer, nowMs: number): Received {
  const seconds = Math.floor(nowMs / 1000);
  const body = JSON.stringify({ type: 'forged', timestamp: seconds });
  const mac = (text: string) => createHmac('sha256', key).update(text);
  const sha3 = createHash('sha3-256').update(body).update(key).digest('hex');
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const digest = createHash('sha256').update(body).digest('hex');
  const claims = { iat: seconds, exp: seconds + 60, jti: 'x', body_sha256: digest };
  const signed = `${part({ alg: 'HS256' })}.${part(claims)}`;
  const byContract: Partial<Record<typeof contract, Record<string, string>>> = {
    'standard-webhooks': {
      'webhook-id': 'x',
      'webhook-timestamp': String(seconds),
      'webhook-signature': `v1,${mac(`x.${seconds}.${body}`).digest('base64')}`,
    },
    'kyc-hmac': { 'x-webhook-signature': `sha256=${mac(body).digest('hex')}` },
    bronid: { 'x-bronid-signature-sha': `bronid_sec_sha256_${sha3}` },
    idnow: { authorization: `Bearer ${signed}.${mac(signed).digest('base64url')}` },
  };
  return { headers: byContract[contract] ?? {}, body };
}

describe('published keys that were read before', () => {
  const MINUTE_MS = 60_000;
  it('serve all who ask while the service is away, and are read again later', async () => {
    const { received, nowMs, id } = cases['bynn’s published delivery'] ?? expect.fail();
    const jwk = createPublicKey(bynnVector.publicKey).export({ format: 'jwk' });
    let isAway = false;
    let asked = 0;
    vi.stubGlobal('fetch', async () => {
      asked++;
      return isAway ? new Response('', { status: 503 }) : Response.json({ keys: [jwk] });
    });
    let steadyMs = 1_000_000;
    vi.spyOn(performance, 'now').mockImplementation(() => steadyMs);
    const keys = { ...PINNED, keys: new URL('https://keys.example.com/jwks.json') };
    const allVerify = (times: number) =>
      Promise.all(Array.from({ length: times }, () => verify(received, keys, nowMs)));
    try {
      await allVerify(5);
      expect(asked).toBe(1);
      isAway = true;
      steadyMs += 6 * MINUTE_MS;
      for (const one of await allVerify(5)) expect(one.id).toBe(id);
      expect(asked).toBe(2);
      await allVerify(5);
      expect(asked).toBe(2);
      steadyMs += 6 * MINUTE_MS;
      for (const one of await allVerify(5)) expect(one.id).toBe(id);
      isAway = false;
      steadyMs += 6 * MINUTE_MS;
      await allVerify(1);
      expect(asked).toBe(4);
    } finally {
      vi.unstubAllGlobals();
      vi.restoreAllMocks();
    }
  });
});

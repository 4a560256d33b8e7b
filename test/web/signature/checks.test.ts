import { createHash, createHmac } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { firstDifference, type Given, verdictOf } from '../../../web/src/signature/checks.ts';

const AT = new Date('2026-12-01T10:00:00Z');
const SECRET = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;
const BODY =
  '{"type":"a.b","timestamp":"2026-12-01T10:00:00Z","data":{"n":12.50,"limit":1e400,"s":"\\u003c"}}';
const signature = new Webhook(SECRET).sign('evt_1', AT, BODY);
const HEADERS = `webhook-id: evt_1\nWebhook-Timestamp: ${AT.getTime() / 1000}\nwebhook-signature: v1,AAAA ${signature}`;
const fine: Given = {
  contract: 'standard-webhooks',
  headers: HEADERS,
  body: BODY,
  secret: SECRET,
  nowMs: AT.getTime() + 60_000,
};

/** Which step fails, from 1; 0 for none. */
async function failing(given: Partial<Given>): Promise<[number, string | undefined]> {
  const { checks, advice } = await verdictOf({ ...fine, ...given });
  return [checks.findIndex(({ state }) => state === 'bad') + 1, advice];
}

describe('standard-webhooks', () => {
  it('holds for what the specification’s library signed', async () => {
    expect(await failing({})).toEqual([0, undefined]);
  });

  it.each<[string, Partial<Given>, number, RegExp]>([
    ['a header that is missing', { headers: HEADERS.replace('webhook-id', 'other') }, 1, /proxy/],
    ['another version', { headers: HEADERS.replace(/v1,/g, 'v2,') }, 2, /v1,/],
    [
      'a time that is no number',
      { headers: HEADERS.replace(/Timestamp: \d+/, 'Timestamp: today') },
      3,
      /Unix/,
    ],
    ['a secret without its prefix', { secret: SECRET.slice(6) }, 4, /whsec_/],
    ['a body with a line end', { body: `${BODY}\n` }, 5, /white space/],
    [
      'a body that was parsed and written again',
      { body: JSON.stringify(JSON.parse(BODY)), sent: BODY },
      5,
      /parsed/,
    ],
    ['another body', { body: BODY.replace('a.b', 'a.c'), sent: BODY }, 5, /on the way/],
    ['another secret', { secret: `whsec_${Buffer.alloc(32).toString('base64')}` }, 5, /newest/],
  ])('%s', async (_, given, step, advice) => {
    const [failed, said] = await failing(given);
    expect(failed).toBe(step);
    expect(said).toMatch(advice);
  });
});

describe('kyc-hmac', () => {
  const secret = 'a secret of the receiver, as text';
  const given = {
    contract: 'kyc-hmac',
    secret,
    headers: `X-Webhook-Signature: sha256=${createHmac('sha256', secret).update(BODY).digest('hex')}`,
  } as const;
  it('holds, and fails with another body', async () => {
    expect(await failing(given)).toEqual([0, undefined]);
    expect((await failing({ ...given, body: '{}' }))[0]).toBe(3);
    expect((await failing({ ...given, headers: 'X-Webhook-Signature: sha256=AB' }))[0]).toBe(2);
    expect((await failing({ ...given, headers: '' }))[0]).toBe(1);
  });
});

describe('idnow', () => {
  const secret = 'a secret of the receiver, as text';
  const body_sha256 = createHash('sha256').update(BODY).digest('hex');
  const token = jwt.sign({ body_sha256, exp: AT.getTime() / 1000 + 300 }, secret);
  const given = { contract: 'idnow', secret, headers: `Authorization: Bearer ${token}` } as const;
  it('holds, and fails with another body, secret or algorithm', async () => {
    expect(await failing(given)).toEqual([0, undefined]);
    expect((await failing({ ...given, body: '{}' }))[0]).toBe(5);
    expect((await failing({ ...given, secret: 'another one that is long enough' }))[0]).toBe(3);
    const none = jwt.sign({ body_sha256 }, '', { algorithm: 'none' });
    expect((await failing({ ...given, headers: `Authorization: Bearer ${none}` }))[0]).toBe(2);
    expect((await failing({ ...given, headers: '' }))[0]).toBe(1);
  });
});

it('finds where two bodies part', () => {
  expect(firstDifference('abc', 'abd')).toBe(2);
  expect(firstDifference('abc', 'abcd')).toBe(3);
});

import { describe, expect, it } from 'vitest';
import type { Headers } from '../../../lambdas/core/headers/names.ts';
import {
  keptRequest,
  shownHeaders,
  signaturesOnly,
} from '../../../lambdas/core/requests/shown-headers.ts';

const STARS = '*'.repeat(28);
const TOKEN = 'wh_0123456789abcdefABCDEFgh';
const shown = (headers: Headers, authentication: Headers = []) =>
  Object.fromEntries(shownHeaders(headers, { endpoint: { token: TOKEN }, authentication }));

describe('the headers that are shown', () => {
  it('hold signatures in full', () => {
    const headers: Headers = [
      ['webhook-id', 'evt_1'],
      ['webhook-timestamp', '1795256103'],
      ['webhook-signature', 'v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4='],
      ['X-Webhook-Signature', 'sha256=00ff'],
      ['X-BronID-Signature-SHA', 'bronid_sec_sha256_00ff'],
      ['Signature-Input', 'sig1=("@method");created=1;keyid="sk_1"'],
      ['Idempotency-Key', 'wh_abcdefabcdefabcdefabcdef'],
      ['User-Agent', 'KYC-Webhooks/1.0'],
    ];
    expect(shown(headers)).toEqual(Object.fromEntries(headers));
  });

  it.each<[string, string, string]>([
    ['Authorization', 'Bearer abcdefghijklmnopqrstuvwxyz', `${STARS}wxyz`],
    ['authorization', 'Basic dTpw', STARS],
    ['X-Jwt', 'Bearer eyJhbGciOiJIUzI1NiJ9.e30.x1y2', `${STARS}x1y2`],
    ['X-Webhook-Token', 'anything', STARS],
    ['X-Tenant-Mark', TOKEN, `${STARS}EFgh`],
    ['X-Api-Key', 'k'.repeat(30), `${STARS}kkkk`],
    ['x_secret', 's', STARS],
    ['Cookie', 'a=b', STARS],
    ['Proxy-Authorization', 'x', STARS],
  ])('mask %s: %s', (name, value, expected) => {
    expect(shown([[name, value]])).toEqual({ [name]: expected });
  });

  it('mask what the endpoint’s authentication sets, under any name', () => {
    const value = 'harmless-name-secret-value-1234';
    expect(shown([['X-Mark', value]], [['x-mark', value]])).toEqual({ 'X-Mark': `${STARS}1234` });
  });
});

describe('the headers that are kept', () => {
  it('are cut at 512 characters each and 2 KiB in all, and it is said', () => {
    const short: Headers = [['a', 'b']];
    expect(keptRequest(short)).toEqual({ headers: short, complete: true });
    const long = keptRequest([['a', 'x'.repeat(600)]]);
    expect(long).toEqual({ headers: [['a', 'x'.repeat(512)]], complete: false });
    const many = Array.from({ length: 20 }, (_, n): [string, string] => [`h${n}`, 'x'.repeat(500)]);
    const kept = keptRequest(many);
    expect(kept.headers).toEqual(many.slice(0, 4));
    expect(kept.complete).toBe(false);
  });

  it('may be the signatures alone', () => {
    const request = keptRequest([
      ['webhook-id', 'evt_1'],
      ['webhook-timestamp', '1'],
      ['webhook-signature', 'v1,x'],
      ['X-Mine', 'x'],
    ]);
    expect(signaturesOnly(request)).toEqual({
      headers: [
        ['webhook-timestamp', '1'],
        ['webhook-signature', 'v1,x'],
      ],
      complete: false,
    });
  });
});

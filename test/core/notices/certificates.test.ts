// Certificates that nothing is told of yet are remembered, and come back when their first day has come.
import { describe, expect, it } from 'vitest';
import {
  isOfCertificates,
  MAX_REMEMBERED,
  remember,
} from '../../../lambdas/core/notices/certificates.ts';
import type { Mark } from '../../../lambdas/core/notices/mark.ts';
import { DAY_MS } from '../../../lambdas/core/time.ts';
import { NOON_MS } from '../../builders/events.ts';

const mark = (endpointId: string, seen: Partial<Mark>): Mark => ({
  ...{ endpointId, sinceMs: NOON_MS, count: 1, dead: 0 },
  ...seen,
});
const marks = (...all: Mark[]) => new Map(all.map((one) => [one.endpointId, one]));
const inDays = (days: number) => NOON_MS + days * DAY_MS;

describe('a certificate that expires later', () => {
  const seen = marks(
    mark('ep_1', { receiverExpiresAtMs: inDays(90), clientExpiresAtMs: inDays(60) }),
  );
  const first = remember({}, seen, NOON_MS);

  it('is kept, and looked for 30 days before', () => {
    expect(first.due.size).toBe(0);
    expect(first.lookAtMs).toBe(inDays(30));
    expect(first.later).toEqual({
      'client ep_1': { expiresAtMs: inDays(60), seenAtMs: NOON_MS },
      'receiver ep_1': { expiresAtMs: inDays(90), seenAtMs: NOON_MS },
    });
  });

  it('is due then, alone, with when it was seen', () => {
    const second = remember(first.later, new Map(), inDays(30));
    expect(second.due).toEqual(
      new Map([['ep_1', { client: { expiresAtMs: inDays(60), seenAtMs: NOON_MS } }]]),
    );
    expect([Object.keys(second.later), second.lookAtMs]).toEqual([['receiver ep_1'], inDays(60)]);
  });

  it('gives way to one that was seen later', () => {
    const renewed = marks(mark('ep_1', { receiverExpiresAtMs: inDays(150) }));
    const { later, due } = remember(first.later, renewed, inDays(59));
    expect(later['receiver ep_1']).toEqual({ expiresAtMs: inDays(150), seenAtMs: inDays(59) });
    expect([...(due.get('ep_1') ? Object.keys(due.get('ep_1') ?? {}) : [])]).toEqual(['client']);
  });
});

it('of more than can be kept, those that expire first are', () => {
  const many = Array.from({ length: MAX_REMEMBERED + 50 }, (_, nth) =>
    mark(`ep_${nth}`, { receiverExpiresAtMs: inDays(100) - nth }),
  );
  const { later } = remember({}, marks(...many), NOON_MS);
  expect(Object.keys(later)).toHaveLength(MAX_REMEMBERED);
  expect(later).toHaveProperty([`receiver ep_${MAX_REMEMBERED + 49}`]);
  expect(later).not.toHaveProperty(['receiver ep_0']);
});

it.each([
  [{ receiverExpiresAtMs: 1 }, true],
  [{ clientExpiresAtMs: 1 }, true],
  [{ receiverExpiresAtMs: 1, failedAtMs: 2 }, false],
  [{ receiverExpiresAtMs: 1, slowAtMs: 2 }, false],
  [{ receiverExpiresAtMs: 1, dead: 1 }, false],
  [{}, false],
])('a mark of %j is of certificates alone: %s', (seen, isAlone) => {
  expect(isOfCertificates(mark('ep_1', seen))).toBe(isAlone);
});

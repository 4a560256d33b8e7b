// Whose day a digest is of.
import { expect, it } from 'vitest';
import { EMPTY_BOOK } from '../../../lambdas/core/notices/book.ts';
import { digestOf } from '../../../lambdas/core/notices/digest.ts';
import { DEFAULT_NOTICE_SETTINGS } from '../../../lambdas/core/notices/settings.ts';
import { NOON_MS } from '../../builders/events.ts';

it.each([
  ['acme', { kind: 'tenant', tenant: 'acme', environment: 'test' }, true],
  ['_posthorn', { kind: 'stack', environment: 'test' }, false],
] as const)('the digest of %s is of %j', async (tenant, whose, hasTroubled) => {
  const asked: unknown[] = [];
  const rollups = {
    readRollups: async (of: unknown) => {
      asked.push(of);
      return [];
    },
  };
  const scope = { tenant, environment: 'test' } as const;
  const data = await digestOf({ rollups }, scope, EMPTY_BOOK, DEFAULT_NOTICE_SETTINGS, NOON_MS);
  expect(asked).toEqual([whose]);
  expect('troubled' in data).toBe(hasTroubled);
});

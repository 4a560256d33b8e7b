import { expect, it } from 'vitest';
import type { Endpoint } from '../../../web/src/base/models.ts';
import { changesIn, inheriting, writtenSettings } from '../../../web/src/templates/settings.ts';

const template = {
  settings: {
    contract: 'standard-webhooks',
    contractOptions: {},
    timeoutMs: 5000,
    headers: { a: 'x' },
    transform: { language: 'jsonata', source: '$', version: 'v' },
  },
};

it('nothing changes as long as the text says the same', () => {
  expect(changesIn(writtenSettings(template), template)).toEqual({});
  expect(changesIn('{"headers":{"a":"x"},"timeoutMs":5e3,"contractOptions":{}}', template)).toEqual(
    {},
  );
});

it('what is changed, added and left out is sent, and nothing else', () => {
  const text = '{"contractOptions":{},"timeoutMs":6000,"maxPerSecond":3}';
  expect(changesIn(text, template)).toEqual({ timeoutMs: 6000, maxPerSecond: 3, headers: null });
});

it.each(['', '{', '[]', '1', 'null'])('%j is no set of settings', (text) => {
  expect(changesIn(text, template)).toBeUndefined();
});

it('an endpoint takes what it did not set itself', () => {
  const followers = [{ own: ['timeoutMs'] }, { own: [] }, { own: null }] as unknown as Endpoint[];
  expect(inheriting(followers, 'timeoutMs')).toEqual([{ own: [] }]);
});

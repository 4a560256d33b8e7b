// The table of docs/routing.md, by the rules above it.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { routingRulesSchema } from '../../lambdas/core/subscriptions/routing.ts';
import { targetsOf } from '../../lambdas/core/subscriptions/targets.ts';

const page = readFileSync('docs/routing.md', 'utf8');
const [, rulesText = '{}'] = /```json\n(.*?)```/s.exec(page) ?? [];
const rules = routingRulesSchema.parse(JSON.parse(rulesText).rules);
const rows = [...page.matchAll(/^\| `(\{.*\})` \| (.+) \|$/gm)].map(
  ([, data = '', channels = '']) => [data, channels.replaceAll('`', '')] as const,
);

it.each(rows)('%s has the channels %s', (data, channels) => {
  const event = { type: 'a', channels: ['posted'], data };
  const { routing } = targetsOf(event, [], rules);
  const shown = routing ? routing.channels.join(', ') || 'none' : 'as posted';
  expect(shown).toBe(channels);
});

it('the table has rows', () => {
  expect(rows.length).toBe(4);
});

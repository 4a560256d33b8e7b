// The tables of docs/notices.md, by what they are about.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { WORD_MEMBERS } from '../../lambdas/core/contracts/messages/words.ts';
import { NOTICE_KINDS } from '../../lambdas/core/notices/kinds.ts';
import { DEFAULT_NOTICE_SETTINGS } from '../../lambdas/core/notices/settings.ts';

const page = readFileSync('docs/notices.md', 'utf8');

it('every kind has a row', () => {
  const rows = [...page.matchAll(/^\| `posthorn\.([a-z.]+)`/gm)].map(([, kind]) => kind);
  expect(rows.slice(0, NOTICE_KINDS.length)).toEqual(NOTICE_KINDS);
});

it('every setting has a row with its default', () => {
  const settings = page.slice(page.indexOf('## Settings'), page.indexOf('## Words'));
  const rows = [...settings.matchAll(/^\| `(\w+)` \| (.+?) \|/gm)].map(([, name, value]) => [
    name,
    value?.replaceAll('`', ''),
  ]);
  const shown = (value: unknown) =>
    Array.isArray(value) && value.length > 0
      ? 'all'
      : typeof value === 'string'
        ? value
        : JSON.stringify(value);
  const expected = Object.entries(DEFAULT_NOTICE_SETTINGS).map(([name, value]) => [
    name,
    shown(value),
  ]);
  expect(rows).toEqual(expected);
});

it('every kind has a row with what its words may name', () => {
  const [, table = ''] = page.split('| kind | what it may name, in double braces |\n');
  const rows = table
    .slice(0, table.indexOf('\n\n'))
    .split('\n')
    .slice(1)
    .map((row) => [row.split('|')[1] ?? '', row.split('|')[2] ?? ''] as const);
  const namesIn = (text: string) => [...text.matchAll(/`(\w+)`/g)].map(([, name]) => name);
  const common = namesIn(rows[0]?.[1] ?? '');
  const shown = rows
    .slice(1)
    .map(([kind, names]) => [
      kind.replaceAll(/[` ]/g, ''),
      [...(names.includes('these and') ? common : []), ...namesIn(names)],
    ]);
  expect(Object.fromEntries(shown)).toEqual(WORD_MEMBERS);
});

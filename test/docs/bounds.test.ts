// The table of bounds in docs/threat-model.md says what the code says, names tests that exist, and leaves out no
// constant of the folders that evaluate what tenants write.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

const page = read('docs/threat-model.md');
const section = page.slice(page.indexOf('\n## Bounds'), page.indexOf('\n## Remaining risks'));
const rows = section
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (input|---)/.test(line))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );

/** A whole number, or a product of some. */
function declared(source: string, name: string): number | undefined {
  const [, text] = new RegExp(`const ${name} = ([\\d_* ]+);`).exec(source) ?? [];
  return text
    ?.split('*')
    .reduce((product, factor) => product * Number(factor.replaceAll('_', '').trim()), 1);
}

const boundsIn = (cell: string): { name: string; value: number }[] =>
  [...cell.matchAll(/`(\w+)` ([\d,]+)/g)].map(([, name = '', value = '']) => ({
    name,
    value: Number(value.replace(/,$/, '').replaceAll(',', '')),
  }));

describe.each(rows)('%s', (_input, bounds = '', where = '', beyond = '', tests = '') => {
  it('is what the code declares, and has tests', () => {
    expect(beyond).not.toBe('');
    const files = [...tests.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path);
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
    if (where === '') return;
    const source = read(where.replaceAll('`', ''));
    const named = boundsIn(bounds);
    expect(named.length).toBeGreaterThan(0);
    for (const { name, value } of named) {
      const constant = declared(source, name);
      if (constant !== undefined) expect([name, value]).toEqual([name, constant]);
      else {
        // A schema, whose text holds the number.
        const at = source.indexOf(`const ${name} = `);
        expect([name, at >= 0]).toEqual([name, true]);
        expect(source.slice(at, at + 200)).toContain(String(value));
      }
    }
  });
});

test('the table leaves out no limit of what evaluates filters, schemas and PEM', () => {
  /** Of what is kept in memory or shown, and of single formats: no input is refused for them. */
  const others = [
    'MAX_FAILURES',
    'MAX_MESSAGE_LENGTH',
    'MAX_OPEN',
    'MAX_EXPRESSION_LENGTH',
    'MAX_VERIFIED_RSA_BITS',
  ];
  const folders = ['lambdas/core/subscriptions', 'lambdas/core/json'];
  const files = folders.flatMap((folder) =>
    readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${folder}/${name}`),
  );
  const names = [...files, 'lambdas/core/destinations/http/tls.ts'].flatMap((file) =>
    [...read(file).matchAll(/^(?:export )?const (MAX_\w+) =/gm)].map(([, name = '']) => ({
      file,
      name,
    })),
  );
  expect(names.length).toBeGreaterThan(15);
  const listed = (file: string, name: string): boolean =>
    rows.some(
      ([, bounds = '', where = '']) => where === `\`${file}\`` && bounds.includes(`\`${name}\``),
    );
  expect(names.filter(({ file, name }) => !others.includes(name) && !listed(file, name))).toEqual(
    [],
  );
});

test('each remaining risk is one sentence', () => {
  const risks = page.slice(page.indexOf('\n## Remaining risks')).split('\n- ').slice(1);
  expect(risks.length).toBeGreaterThan(15);
  const texts = risks.map((risk) => risk.replaceAll(/\s+/g, ' ').trim());
  expect(texts.filter((text) => !text.endsWith('.') || /[.!?](\*\*)? \S/.test(text))).toEqual([]);
});

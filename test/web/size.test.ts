import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { type WebFile, webFiles } from '../../lib/web-app/build.ts';

/** Scripts and the style sheet that a page loads, gzipped. */
const BUDGETS = [
  ['console', /^main-.*js$/, 110],
  ['portal', /^portal-.*js$/, 60],
] as const;

describe('what a browser loads', () => {
  let files: WebFile[];
  beforeAll(async () => {
    files = await webFiles();
  });

  it.each(BUDGETS)('%s is within its budget', (_, script, budgetKb) => {
    const loaded = files.filter(({ file }) => script.test(file) || file.endsWith('.css'));
    expect(loaded).toHaveLength(2);
    const bytes = loaded.reduce(
      (sum, { content }) => sum + gzipSync(content, { level: 9 }).length,
      0,
    );
    expect(bytes).toBeLessThan(budgetKb * 1000);
    expect(bytes).toBeGreaterThan(10_000);
  });

  it('has no address of another origin in it', () => {
    for (const { file, content } of files) {
      const addresses =
        Buffer.from(content)
          .toString()
          .match(/https?:\/\/[a-z0-9.-]+/g) ?? [];
      expect(
        addresses.filter((address) => !/w3\.org$|example\.com$/.test(address)),
        file,
      ).toEqual([]);
    }
  });
});

it('the sources write no markup, no style and no code by hand', () => {
  const sources = globSync('web/**/*.{ts,tsx}', { cwd: join(import.meta.dirname, '../..') });
  expect(sources.length).toBeGreaterThan(80);
  for (const source of sources) {
    const text = readFileSync(join(import.meta.dirname, '../..', source), 'utf8');
    expect(text, source).not.toMatch(
      /innerHTML|outerHTML|insertAdjacentHTML|dangerouslySet|\bstyle=|\beval\(|new Function\(|document\.cookie/i,
    );
  }
});

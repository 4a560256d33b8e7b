import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { type WebFile, webFiles } from '../../lib/web-app/build.ts';
import { guideWords } from '../portal/host.ts';

/** The script and the style sheet that a page loads, gzipped: there is nothing that it loads later. */
const BUDGETS = [
  ['console', /^(main|console)-.*(js|css)$/, 110],
  ['portal', /^(portal|posthorn)-.*(js|css)$/, 60],
] as const;

describe('what a browser loads', () => {
  let files: WebFile[];
  beforeAll(async () => {
    files = await webFiles();
  });

  it.each(BUDGETS)('%s is within its budget', (_, names, budgetKb) => {
    const loaded = files.filter(({ file }) => names.test(file));
    expect(loaded).toHaveLength(2);
    const bytes = loaded.reduce(
      (sum, { content }) => sum + gzipSync(content, { level: 9 }).length,
      0,
    );
    expect(bytes).toBeLessThan(budgetKb * 1000);
    expect(bytes).toBeGreaterThan(10_000);
  });

  it('has the words that the portal’s guide lists', () => {
    const script = files.find(({ file }) => BUDGETS[1][1].test(file) && file.endsWith('.js'));
    const text = Buffer.from(script?.content ?? []).toString();
    const words = guideWords();
    expect(words.length).toBeGreaterThan(70);
    expect(new Set(words).size).toBe(words.length);
    const quoted = (own: string) =>
      ['"', "'", '`'].some((mark) => text.includes(mark + own + mark));
    expect(words.filter((own) => !quoted(own))).toEqual([]);
  });

  it('leaves the console’s own screens out of the portal', () => {
    const has = (name: RegExp) => (text: string) =>
      files.some(({ file, content }) => name.test(file) && Buffer.from(content).includes(text));
    const own = ['/v1/dead-letters', '/v1/queues', '/v1/tenants', 'New event type', '.shell{'];
    expect(own.filter(has(BUDGETS[0][1]))).toEqual(own);
    expect(own.filter(has(BUDGETS[1][1]))).toEqual([]);
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

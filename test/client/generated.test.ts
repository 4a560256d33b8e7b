// What the client takes from docs/openapi.json, and whether it still fits.

import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { KEYED_POSTS } from '../../client/src/keyed-posts.ts';
import { VERSION } from '../../client/src/version.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const document = read('docs/openapi.json');

describe('the generated files', () => {
  it.each(['client/src/schema.ts', 'client/src/keyed-posts.ts', 'client/src/answers.ts'])(
    '%s is of docs/openapi.json as it stands',
    (path) => {
      const hash = createHash('sha256').update(document).digest('hex');
      expect(read(path).split('\n')[1], 'run: npm run client:generate').toBe(`// sha256 ${hash}`);
    },
  );

  it('name an interface for each path', () => {
    const schema = read('client/src/schema.ts');
    for (const path of Object.keys(JSON.parse(document).paths)) {
      expect(schema).toContain(`    "${path}": {`);
    }
  });

  it('know which creating calls take an Idempotency-Key', () => {
    expect(KEYED_POSTS).toEqual(
      expect.arrayContaining(['/v1/events', '/v1/endpoints', '/v1/replays']),
    );
  });
});

describe('the package', () => {
  const manifest = JSON.parse(read('client/package.json'));
  const root = JSON.parse(read('package.json'));

  it('says the version that the client sends', () => {
    expect(manifest.version).toBe(VERSION);
  });

  it('depends on exactly what the tests run it with', () => {
    const installed = { ...root.dependencies, ...root.devDependencies };
    for (const [name, version] of Object.entries(manifest.dependencies)) {
      expect([name, installed[name]]).toEqual([name, version]);
    }
  });

  it('is built as JavaScript that runs by itself, with its types', async () => {
    const node = (...args: string[]) => promisify(execFile)(process.execPath, args);
    const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
    const project = ['--project', at('client/tsconfig.build.json')];
    await node(at('node_modules/typescript/bin/tsc'), ...project, '--outDir', at('build/client'));
    expect(read('build/client/index.d.ts')).toContain('export { Posthorn }');
    expect(read('build/client/cli/main.js')).toMatch(/^#!\/usr\/bin\/env node\n/);
    const { stdout } = await node(at('build/client/cli/main.js'), '--version');
    expect(stdout).toBe(`${VERSION}\n`);
  }, 60_000);
});

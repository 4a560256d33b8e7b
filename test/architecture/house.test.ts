import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ORDER, type Order } from './order.ts';
import { breaches, type Source } from './rules.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const FOLDERS = ['bench', 'bin', 'client', 'examples', 'lambdas', 'lib', 'local', 'scripts', 'web'];
/** Written by `npm run client:generate`. */
const GENERATED = ['client/src/keyed-posts.ts', 'client/src/schema.ts'];

function sourcesOfThisRepository(): Source[] {
  const listed = execFileSync(
    'git',
    ['ls-files', '--cached', '--others', '--exclude-standard', ...FOLDERS],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  return listed
    .split('\n')
    .filter((path) => /\.m?[jt]sx?$/.test(path) && !GENERATED.includes(path))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

const file = (path: string, text = ''): Source => ({ path, text });
const lines = (count: number): string => 'x\n'.repeat(count);

describe('the sources', () => {
  it('keep the rules of CONTRIBUTING', () => {
    const sources = sourcesOfThisRepository();
    expect(sources.length).toBeGreaterThan(300);
    expect(breaches(sources, ORDER)).toEqual([]);
  });

  it('are in folders that the written order knows, and the order knows no others', () => {
    const paths = sourcesOfThisRepository().map(({ path }) => path);
    const missing = Object.entries(ORDER).flatMap(([layer, order]) =>
      order
        .flat()
        .map((entry) => `${layer}/${entry}`)
        .filter(
          (entry) =>
            !paths.some((path) => path.startsWith(entry.endsWith('/') ? entry : `${entry}.ts`)),
        ),
    );
    expect(missing).toEqual([]);
  });
});

describe('a breach of a rule is found', () => {
  const order: Order = ['first/', ['left/', 'right/'], 'last'];
  it.each<[string, readonly Source[], string]>([
    [
      'a 21st file in a folder',
      Array.from({ length: 21 }, (_, n) => file(`lib/a/${'abcdefghijklmnopqrstu'[n]}.ts`)),
      'lib/a has 21 files, at most 20',
    ],
    [
      'a third file with one prefix',
      ['key.ts', 'key-store.ts', 'key-input.ts'].map((name) => file(`lambdas/x/${name}`)),
      'lambdas/x/key* are 3 files: make them a folder',
    ],
    [
      'a file of 351 lines',
      [file('local/a.ts', lines(351))],
      'local/a.ts has 351 lines, at most 350',
    ],
    [
      'a handler of 81 lines',
      [file('lambdas/wake/handler.ts', lines(81))],
      'lambdas/wake/handler.ts has 81 lines, at most 80',
    ],
    [
      'a file without a name of its own',
      [file('lib/utils.ts')],
      'lib/utils.ts is not named after what it is about',
    ],
    [
      'a port of six methods',
      [file('lambdas/core/a/b.ts', `export interface Wide {\n${'  call(): void;\n'.repeat(6)}}\n`)],
      'Wide of lambdas/core/a/b.ts has 6 methods, at most 5',
    ],
    [
      'an import of what comes later',
      [file('layer/first/a.ts', "import { b } from '../right/b.ts';")],
      'layer/first/a.ts imports layer/right/b.ts, against the order of layer',
    ],
    [
      'an import of types of what comes later',
      [file('layer/right/a.ts', "import type { B } from '../last.ts';")],
      'layer/right/a.ts imports layer/last.ts, against the order of layer',
    ],
    [
      'an import between siblings',
      [file('layer/right/a.ts', "const b = await import('../left/b.ts');")],
      'layer/right/a.ts imports layer/left/b.ts, against the order of layer',
    ],
    [
      'methods in other spellings',
      [
        file(
          'lambdas/core/a/b.ts',
          `export interface Wide {
  a(): void;
  b<T>(one: T): T;
  readonly c: () => void;
  d?: (x: 1) => void;
  e(): void;
  f(): void;
}
`,
        ),
      ],
      'Wide of lambdas/core/a/b.ts has 6 methods, at most 5',
    ],
    [
      'a port that is a type',
      [file('lambdas/core/a/b.ts', `type Wide = A & {\n${'  call(): void;\n'.repeat(6)}};\n`)],
      'Wide of lambdas/core/a/b.ts has 6 methods, at most 5',
    ],
    [
      'a type that is imported in place, where no circle would be seen',
      [file('lambdas/core/a/b.ts', "export type A = import('./c.ts').C;\n")],
      'lambdas/core/a/b.ts imports a type without an import statement',
    ],
    [
      'an import across layers',
      [file('lambdas/wake/a.ts', "export { x } from '../../lib/keys.ts';")],
      'lambdas/wake/a.ts imports lib/keys.ts, and lambdas/ may not',
    ],
    [
      'an import of a client by core, in other quotes',
      [file('lambdas/core/a.ts', 'import { x } from "../../client/src/index.ts";')],
      'lambdas/core/a.ts imports client/src/index.ts, and lambdas/core/ may not',
    ],
    [
      'an import of the stack by the embedded runtime',
      [file('local/a.ts', "const { x } = await import(/* y */ '../lib/keys.ts');")],
      'local/a.ts imports lib/keys.ts, and local/ may not',
    ],
    [
      'a package that does I/O in core',
      [file('lambdas/core/a.ts', "import { readFile } from 'node:fs/promises';")],
      'lambdas/core/a.ts imports node:fs/promises, which test/architecture/order.ts does not list for core',
    ],
    [
      'a batch that rejects while its siblings write',
      [file('lambdas/api/a.ts', 'await Promise.all(found.map((one) => remove(one)));')],
      'lambdas/api/a.ts may reject with work under way: use inParallel, or say so in order.ts',
    ],
    [
      'a folder without a place',
      [file('layer/new/a.ts')],
      'new/ of layer has no place in test/architecture/order.ts',
    ],
  ])('%s', (_name, sources, sentence) => {
    expect(breaches(sources, { layer: order })).toEqual([sentence]);
  });

  it('but not where the rules are kept', () => {
    const sources = [
      file('layer/last.ts', "import { a } from './left/a.ts';"),
      file('layer/left/a.ts', "import { b } from '../first/b.ts';"),
      file('layer/first/b.ts', "import { c } from './c.ts';"),
      file('lambdas/wake/handler.ts', lines(80)),
      file('lambdas/wake/release.ts', 'await Promise.all(leases.map((lease) => read(lease)));'),
      ...Array.from({ length: 20 }, (_, n) => file(`lib/a/${'abcdefghijklmnopqrst'[n]}.ts`)),
    ];
    expect(breaches(sources, { layer: order })).toEqual([]);
  });
});

describe('the linter', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'posthorn-house-'));
    cpSync(join(root, 'biome.json'), join(folder, 'biome.json'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function lint(sources: readonly Source[]): string {
    for (const { path, text } of sources) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const rules = ['suspicious/noImportCycles', 'style/noRestrictedImports'];
    const biome = join(root, 'node_modules/@biomejs/biome/bin/biome');
    const paths = sources.map(({ path }) => path);
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [
        biome,
        'lint',
        '--colors=off',
        '--vcs-enabled=false',
        ...rules.map((rule) => `--only=${rule}`),
        ...paths,
      ],
      { cwd: folder, encoding: 'utf8' },
    );
    for (const path of paths) rmSync(join(folder, path));
    return stdout + stderr;
  }

  it('refuses a circle of types', () => {
    const output = lint([
      file(
        'lambdas/core/a.ts',
        "import type { B } from './b.ts';\nexport interface A {\n  readonly b: B;\n}\n",
      ),
      file(
        'lambdas/core/b.ts',
        "import type { A } from './a.ts';\nexport interface B {\n  readonly a: A;\n}\n",
      ),
    ]);
    expect(output).toContain('noImportCycles');
  });

  it.each([
    ['lambdas/core/events/a.ts', '../../adapters/log.ts'],
    ['lambdas/core/events/a.ts', '../../environment.ts'],
    ['lambdas/core/a.ts', '@aws-sdk/client-sqs'],
    ['lambdas/core/a.ts', 'node:fs'],
    ['lambdas/adapters/ledger/a.ts', '../../http/body.ts'],
    ['lambdas/adapters/a.ts', '../dispatch/deliver.ts'],
    ['lambdas/http/a.ts', '../api/lookups.ts'],
    ['lib/a.ts', '../lambdas/core/time.ts'],
    ['lib/functions/a.ts', '../../lambdas/adapters/log.ts'],
    ['lib/a.ts', '../bench/cost.ts'],
    ['lib/a.ts', '../local/json.ts'],
    ['local/a.ts', '../lambdas/core/time.ts'],
    ['local/sqs/a.ts', '../../lambdas/adapters/log.ts'],
    ['client/src/a.ts', '../../lambdas/core/time.ts'],
  ])('refuses that %s imports %s', (path, specifier) => {
    expect(
      lint([file(path, `import { x } from '${specifier}';\nexport const y = x;\n`)]),
    ).toContain('noRestrictedImports');
  });

  it.each([
    ['lambdas/core/events/a.ts', '../time.ts'],
    ['lambdas/adapters/ledger/a.ts', '../../core/time.ts'],
    ['lib/a.ts', '../lambdas/environment.ts'],
    ['lib/functions/a.ts', '../../lambdas/core/settings.ts'],
    ['local/sqs/a.ts', '../../lambdas/environment.ts'],
    ['local/simulation/memory/a.ts', '../../../lambdas/core/time.ts'],
  ])('takes that %s imports %s', (path, specifier) => {
    expect(
      lint([file(path, `import { x } from '${specifier}';\nexport const y = x;\n`)]),
    ).not.toContain('noRestrictedImports');
  });
});

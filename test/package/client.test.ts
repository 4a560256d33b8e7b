// The npm package `@posthorn/client` as others get it: packed, installed into an empty folder, imported and required.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { npm } from '../../scripts/npm.ts';
import { compile, compileBy5, link, run } from './consumer.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'posthorn-client-')));
const modules = join(folder, 'node_modules');
const own = join(modules, '@posthorn/client');
let tarball: string;

beforeAll(() => {
  const [{ filename }] = JSON.parse(
    npm(['pack', '--json', '--silent', '--pack-destination', folder], join(ROOT, 'client')),
  );
  tarball = join(folder, filename);
  mkdirSync(own, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', own, '--strip-components=1']);
  // Without a registry: what its package.json names, and no more.
  const { dependencies } = JSON.parse(readFileSync(join(own, 'package.json'), 'utf8'));
  for (const name of [...Object.keys(dependencies), 'openapi-typescript-helpers']) {
    link(name, modules);
  }
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package', () => {
  it('has its licence, and links that are good anywhere', () => {
    expect(readFileSync(join(own, 'LICENSE'), 'utf8')).toBe(
      readFileSync(join(ROOT, 'LICENSE'), 'utf8'),
    );
    const links = [...readFileSync(join(own, 'README.md'), 'utf8').matchAll(/\]\(([^)]+)\)/g)];
    expect(links.map(([, to]) => to).filter((to) => !/^(https:|#)/.test(`${to}`))).toEqual([]);
  });

  it('has no source, no test and nothing of the command line for require()', () => {
    const files = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n');
    const others = files.filter(
      (file) => !/^package\/(LICENSE|README\.md|package\.json|dist\/.+\.(js|d\.ts))$/.test(file),
    );
    expect(others).toEqual(['package/dist/cjs/package.json']);
    expect(files.some((file) => file.startsWith('package/dist/cjs/cli'))).toBe(false);
  });
});

/** Each contract once: what is loaded when it is needed is there too. */
const PROGRAM = `
const contracts = ['standard-webhooks', 'kyc-hmac', 'bronid', 'idnow', 'bynn'];
const secret = 'x'.repeat(32);
const request = { headers: { 'webhook-id': 'a', 'webhook-timestamp': '0', 'x-webhook-token': 'token-123' }, body: '{"jwt":"a.b.c"}' };
const tried = contracts.map(async (contract) => {
  const keys = { contract, secret, token: 'token-123', keys: { keys: [] } };
  return verify(request, keys, 0).catch((error) => error.constructor === VerificationError && error.message);
});
Promise.all(tried).then((all) => console.log(JSON.stringify([new Posthorn({ url: 'http://127.0.0.1' }).events.constructor.name, ...all])));
`;
const SAID = JSON.stringify([
  'Events',
  ...Array(3).fill('the signature does not verify'),
  ...Array(2).fill('the JWT does not verify'),
]);

describe.each([
  [
    'import',
    'program.mjs',
    `import { Posthorn, VerificationError, verify } from '@posthorn/client';`,
  ],
  [
    'require()',
    'program.cjs',
    `const { Posthorn, VerificationError, verify } = require('@posthorn/client');`,
  ],
])('with %s', (_, file, first) => {
  it('runs, on the machine’s own Node too', () => {
    writeFileSync(join(folder, file), first + PROGRAM);
    // require() of an ES module came with Node 20.19: it must work without.
    const flags = /cjs/.test(file) ? ['--no-experimental-require-module'] : [];
    expect(run(folder, [...flags, file], folder).trim()).toBe(SAID);
    const ours = execFileSync(process.execPath, [...flags, file], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(ours.trim()).toBe(SAID);
  });
});

it('has a command line', () => {
  const said = execFileSync(process.execPath, [join(own, 'dist/cli/main.js'), '--version'], {
    encoding: 'utf8',
  });
  expect(said).toBe(`${JSON.parse(readFileSync(join(own, 'package.json'), 'utf8')).version}\n`);
});

const TYPED = `
interface MyEvents { 'a.b': { n: number } }
export async function main(body: Uint8Array): Promise<string> {
  const posthorn = new Posthorn<MyEvents>({ url: 'https://api.acme.io', retries: { maxRetries: undefined } });
  await posthorn.events.send({ type: 'a.b', data: { n: 1 } });
  // @ts-expect-error: data of another type
  await posthorn.events.send({ type: 'a.b', data: { n: 'x' } });
  await posthorn.endpoints.create({ url: 'https://acme.io', contract: 'bynn', contractOptions: { kid: true } });
  for await (const delivery of posthorn.deliveries.list()) return delivery.id;
  const answer = await posthorn.api.GET('/v1/keys/current');
  const { id } = await verify({ headers: {}, body }, { contract: 'bronid', secret: 's' });
  return id + answer.response.status;
}
`;
const IMPORT = `import { Posthorn, verify } from '@posthorn/client';`;
describe.each([
  ['node16', 'mts'],
  ['node16', 'cts'],
  ['nodenext', 'mts'],
  ['nodenext', 'cts'],
  ['bundler', 'ts'],
])('TypeScript, strict, with %s, in a .%s', (moduleResolution, ending) => {
  const bundled = moduleResolution === 'bundler';
  it.each([
    ['@types/node', { types: ['node'], lib: ['es2023'] }],
    ['a browser’s types only', { types: [], lib: ['es2023', 'dom', 'dom.iterable'] }],
  ])(
    'takes the declarations, with %s',
    (_, environment) => {
      if (!existsSync(join(modules, '@types/node'))) {
        for (const name of ['@types/node', 'undici-types']) link(name, modules);
      }
      const project = join(folder, `${moduleResolution}-${ending}-${environment.lib.length}`);
      mkdirSync(project);
      writeFileSync(join(project, `main.${ending}`), IMPORT + TYPED);
      const compilerOptions = {
        ...environment,
        module: bundled ? 'esnext' : moduleResolution,
        moduleResolution,
        target: 'es2022',
        strict: true,
        exactOptionalPropertyTypes: true,
        noEmit: true,
        skipLibCheck: false,
      };
      writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions }));
      expect(compile(project)).toBe('');
      // The slow one once.
      if (environment.types.length === 0) return;
      expect(compileBy5(project)).toBe('');
    },
    60_000,
  );
});

describe('what publishers check', () => {
  const bin = (name: string, ...args: string[]) =>
    spawnSync(process.execPath, [join(ROOT, 'node_modules', name), ...args], {
      cwd: own,
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1' },
    });
  it('is clean: publint', () => {
    const { status, stdout, stderr } = bin('publint/src/cli.js', '--strict', tarball);
    expect({ status, said: stdout + stderr }).toMatchObject({ status: 0 });
  });

  it('is clean: attw', () => {
    const args = ['--profile', 'node16', '--no-emoji', tarball];
    const { status, stdout, stderr } = bin('@arethetypeswrong/cli/dist/index.js', ...args);
    expect({ status, said: stdout + stderr }).toMatchObject({
      status: 0,
      said: expect.stringContaining('No problems found'),
    });
  });
});

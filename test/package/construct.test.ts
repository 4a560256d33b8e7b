// The npm package `posthorn` as others get it: packed, installed into an empty folder, and used by the example.
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { thirdPartyNotices } from '../../scripts/third-party-notices.ts';
import {
  compile,
  compileBy5,
  exampleIn,
  installOffline,
  machinesNode,
  packedInto,
  run,
} from './consumer.ts';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'posthorn-consumer-')));
let app: string;
let installed: string;

beforeAll(() => {
  app = exampleIn(folder);
  installed = installOffline(app, packedInto(folder));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Synthesized {
  readonly Resources: Readonly<
    Record<string, { readonly Type: string; readonly Properties: Record<string, unknown> }>
  >;
}

function functionsOf(outdir: string) {
  const template: Synthesized = JSON.parse(
    readFileSync(join(outdir, 'Shop.template.json'), 'utf8'),
  );
  return Object.entries(template.Resources).filter(
    ([, { Type, Properties }]) =>
      Type === 'AWS::Lambda::Function' && Properties.Runtime === 'nodejs24.x',
  );
}

/** Where the code of a function is, by the manifest of its assets. */
function codeOf(outdir: string, { S3Key }: { readonly S3Key?: string }): string {
  const { files } = JSON.parse(readFileSync(join(outdir, 'Shop.assets.json'), 'utf8'));
  return join(outdir, files[`${S3Key}`.replace('.zip', '')].source.path);
}

describe('the package', () => {
  it('depends on its peers and on what its compiled code imports, and on nothing else', () => {
    const own = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    expect(Object.keys(own.peerDependencies)).toEqual(['aws-cdk-lib', 'constructs']);
    expect(Object.keys(own.dependencies)).toEqual(['cdk-nag', 'ipaddr.js', 'zod']);
    expect(own).not.toHaveProperty('scripts');
  });

  it('has its licence, those of the packages in its bundles, and no source of a function', () => {
    expect(existsSync(join(installed, 'LICENSE'))).toBe(true);
    expect(readFileSync(join(installed, 'THIRD-PARTY-NOTICES'), 'utf8')).toBe(thirdPartyNotices());
    expect(existsSync(join(installed, 'dist/lambdas/ingest'))).toBe(false);
  });
});

describe('the source maps of the functions', () => {
  it('name files of the repository, and nothing of where it was built', () => {
    const bundles = join(installed, 'dist/bundles');
    const maps = readdirSync(bundles, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.map'),
    );
    expect(maps.length).toBeGreaterThanOrEqual(6);
    const sources = maps.flatMap((name): string[] => {
      const { sources, sourceRoot } = JSON.parse(readFileSync(join(bundles, name), 'utf8'));
      expect([name, sourceRoot]).toEqual([name, undefined]);
      return sources;
    });
    const outside = sources.filter((source) => !/^(\.\.\/)+(lambdas|node_modules)\//.test(source));
    expect(outside).toEqual([]);
  });
});

describe('the example', () => {
  it('has the versions that the package was tested with', () => {
    const read = (path: string) =>
      JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));
    const { dependencies, devDependencies } = read('examples/cdk-app/package.json');
    const own = read('package.json');
    const { posthorn, ...others } = { ...dependencies, ...devDependencies };
    expect(posthorn).toBe(`file:../../build/posthorn-${own.version}.tgz`);
    expect(own.devDependencies).toMatchObject(others);
  });

  it('compiles against its declarations', () => {
    expect(compile(app)).toBe('');
  });

  it('is synthesized by the machine’s own Node, without esbuild, with the bundles of the package', () => {
    const outdir = join(folder, 'out');
    run(app, [join('build', 'app.js')], outdir);
    const version = run(app, ['--version'], outdir).trim();
    // Another one than ours, where there is one, and one that the package is for.
    expect(version === process.version).toBe(machinesNode() === undefined);
    const [major = 0, minor = 0] = version.slice(1).split('.').map(Number);
    expect(major * 100 + minor).toBeGreaterThanOrEqual(2019);
    const functions = functionsOf(outdir);
    expect(functions).toHaveLength(9);
    for (const [id, { Properties }] of functions) {
      expect(id).toMatch(/^Webhooks/);
      expect(Properties.Handler).toBe('index.handler');
      const code = codeOf(outdir, Object(Properties.Code));
      expect(readFileSync(join(code, 'index.mjs'), 'utf8')).toContain('handler');
      // The function that serves the console and the portal has their files instead.
      const beside = /^WebhooksWeb/.test(id) ? 'site' : 'on-demand';
      expect(existsSync(join(code, beside))).toBe(true);
    }
  });
});

describe('an app in CommonJS', () => {
  it('requires it', () => {
    const program = `
      const { App, Stack } = require('aws-cdk-lib');
      const { Posthorn, ConfigurationFault } = require('posthorn/cdk');
      const stack = new Stack(new App(), 'Shop');
      console.log(new Posthorn(stack, 'Webhooks').instanceName);
      try { new Posthorn(stack, 'Wrong', { retentionDays: 0 }); }
      catch (error) { console.log(error instanceof ConfigurationFault); }`;
    writeFileSync(join(app, 'app.cjs'), program);
    expect(run(app, ['app.cjs'], join(folder, 'common')).split('\n')).toEqual([
      'Shop/Webhooks',
      'true',
      '',
    ]);
  });

  const isOurs = (text: string) => text.split('\n').filter((line) => /^typed\./.test(line));

  it.each([
    ['typed.cts', 'nodenext', 'nodenext', []],
    ['typed.mts', 'nodenext', 'nodenext', []],
    ['typed.mts', 'node16', 'node16', []],
    ['typed.ts', 'esnext', 'bundler', []],
    ['typed.ts', 'commonjs', 'node10', []],
    // It knows no require() of ES modules: docs/construct.md says to take nodenext.
    ['typed.cts', 'node16', 'node16', ['TS1479']],
  ])('is found in %s with the module %s, resolved by %s', (file, module, resolution, faults) => {
    writeFileSync(
      join(app, file),
      `import { Posthorn } from 'posthorn/cdk';
      export const make = (scope: ConstructorParameters<typeof Posthorn>[0]) =>
        new Posthorn(scope, 'Webhooks', { retentionDays: 90 }).apiUrl.length;
      // @ts-expect-error
      export const wrong: number = new Posthorn(undefined as never, 'Webhooks').apiUrl;`,
    );
    const flags = ['--module', module, '--moduleResolution', resolution, '--skipLibCheck'];
    const more = ['--target', 'es2022', '--types', 'node', '--noEmit', file];
    // TypeScript 7 has the oldest no more.
    const said =
      resolution === 'node10'
        ? compileBy5(app, ...flags, ...more)
        : compile(app, ...flags, '--ignoreConfig', ...more);
    expect(isOurs(said).map((line) => /TS\d+/.exec(line)?.[0])).toEqual(faults);
    if (faults.length === 0) expect(said).toBe('');
  });

  it('has its types checked', () => {
    writeFileSync(
      join(app, 'typed.cts'),
      `import { App, Stack } from 'aws-cdk-lib';
      import { Posthorn } from 'posthorn/cdk';
      const stack = new Stack(new App(), 'Shop');
      new Posthorn(stack, 'Right', { egress: 'static', sources: { retries: { maxConcurrency: 20 } } });
      // @ts-expect-error
      new Posthorn(stack, 'WrongValue', { egress: 'sometimes' });
      // @ts-expect-error
      new Posthorn(stack, 'WrongName', { retention: 90 });
      // @ts-expect-error
      new Posthorn(stack, 'WrongMetric').metric('EventsLost');`,
    );
    const flags = ['--module', 'nodenext', '--target', 'es2023', '--types', 'node', '--strict'];
    expect(compile(app, ...flags, '--ignoreConfig', '--noEmit', 'typed.cts')).toBe('');
  });
});

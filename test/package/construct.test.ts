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
import { compile, exampleIn, installOffline, packedInto, run } from './consumer.ts';

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

  it('is synthesized by an older Node, without esbuild, with the bundles of the package', () => {
    const outdir = join(folder, 'out');
    run(app, [join('build', 'app.js')], outdir);
    const functions = functionsOf(outdir);
    expect(functions).toHaveLength(6);
    for (const [id, { Properties }] of functions) {
      expect(id).toMatch(/^Webhooks/);
      expect(Properties.Handler).toBe('index.handler');
      const code = codeOf(outdir, Object(Properties.Code));
      expect(readFileSync(join(code, 'index.mjs'), 'utf8')).toContain('handler');
      expect(existsSync(join(code, 'on-demand'))).toBe(true);
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

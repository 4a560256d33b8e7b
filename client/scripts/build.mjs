// Builds dist/: the client as an ES module and for require(), with declarations for both, and the command line. The
// licence of the repository goes into the package.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(HERE, 'dist');
// TypeScript of this folder, or of the repository.
const tsc = join(
  dirname(createRequire(import.meta.url).resolve('typescript/package.json')),
  'bin/tsc',
);
const compile = (project) =>
  execFileSync(process.execPath, [tsc, '--project', project], { stdio: 'inherit' });

rmSync(DIST, { recursive: true, force: true });
compile(join(HERE, 'tsconfig.build.json'));

// What a file is, its folder's package.json says: the same sources once more, beside another one.
const folder = mkdtempSync(join(HERE, '.commonjs-'));
try {
  writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }\n');
  cpSync(join(HERE, 'src'), join(folder, 'src'), {
    recursive: true,
    filter: (path) => path !== join(HERE, 'src/cli'),
  });
  const options = { rootDir: 'src', outDir: join(DIST, 'cjs'), verbatimModuleSyntax: false };
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: '../tsconfig.build.json',
      compilerOptions: options,
      include: ['src'],
    }),
  );
  compile(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
mkdirSync(join(DIST, 'cjs'), { recursive: true });
writeFileSync(join(DIST, 'cjs/package.json'), '{ "type": "commonjs" }\n');
cpSync(join(HERE, '../LICENSE'), join(HERE, 'LICENSE'));

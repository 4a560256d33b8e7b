// oapi-codegen: https://github.com/oapi-codegen/oapi-codegen
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { BUILD, type Generator, run, works } from './generator.ts';

const VERSION = 'v2.8.2';
const PROGRAMS = join(BUILD, `oapi-codegen-${VERSION}`);
const PROGRAM = join(PROGRAMS, 'oapi-codegen');
const CLIENT = join(BUILD, 'go');

export const go: Generator = {
  name: `oapi-codegen ${VERSION}`,
  missing: () => (works('go', ['version']) ? undefined : 'Go'),

  generate(document) {
    mkdirSync(join(CLIENT, 'posthorn'), { recursive: true });
    if (!existsSync(PROGRAM)) {
      const tool = `github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@${VERSION}`;
      run('go', ['install', tool], { env: { GOBIN: PROGRAMS } });
    }
    const output = ['-package', 'posthorn', '-o', join(CLIENT, 'posthorn', 'client.go')];
    run(PROGRAM, ['-generate', 'types,client', ...output, document]);
    // Its own module, with the versions of what the client needs.
    for (const file of ['go.mod', 'go.sum', 'main.go']) {
      cpSync(join(import.meta.dirname, 'go', file), join(CLIENT, file));
    }
    run('go', ['vet', './...'], { cwd: CLIENT });
    run('go', ['build', '-o', 'use-client', '.'], { cwd: CLIENT });
  },

  use: (environment) => void run(join(CLIENT, 'use-client'), [], { env: environment }),
};

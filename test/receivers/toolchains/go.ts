// A module with the versions of go/go.mod, and a program for each server in it.
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { go as language } from '../../../scripts/receivers/languages/go.ts';
import { WAY_NAMES, type Way } from '../../../scripts/receivers/ways.ts';
import { BUILD, run, serverOf, type Toolchain, works } from '../toolchain.ts';

const VERSIONS = path.join(import.meta.dirname, 'go');
const MODULE = path.join(BUILD, 'go');
const programOf = (way: Way): string => path.join(MODULE, way, 'receiver');
const all = WAY_NAMES.flatMap((way) => language.frameworks.map(({ file }) => ({ way, file })));

const isSame = (one: string, other: string): boolean =>
  existsSync(one) && existsSync(other) && readFileSync(one).equals(readFileSync(other));

export const go: Toolchain = {
  language,
  missing: () => (works('go', 'version') ? undefined : 'Go'),
  isInstalled: () =>
    all.every(
      ({ way, file }) =>
        existsSync(programOf(way)) && isSame(serverOf(way, file), path.join(MODULE, way, file)),
    ),
  install() {
    mkdirSync(MODULE, { recursive: true });
    for (const file of ['go.mod', 'go.sum']) {
      copyFileSync(path.join(VERSIONS, file), path.join(MODULE, file));
    }
    for (const { way, file } of all) {
      mkdirSync(path.join(MODULE, way), { recursive: true });
      copyFileSync(serverOf(way, file), path.join(MODULE, way, file));
      run('go', ['vet', `./${way}`], { cwd: MODULE });
      run('go', ['build', '-o', programOf(way), `./${way}`], { cwd: MODULE });
    }
  },
  command: (way) => ({ program: programOf(way), args: [] }),
};

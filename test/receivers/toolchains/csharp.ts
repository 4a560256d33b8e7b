import { copyFileSync, existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { csharp as language } from '../../../scripts/receivers/languages/csharp.ts';
import { WAY_NAMES, type Way } from '../../../scripts/receivers/ways.ts';
import { BUILD, run, serverOf, type Toolchain, works } from '../toolchain.ts';

const [FRAMEWORK] = language.frameworks;
const projectOf = (way: Way): string => path.join(BUILD, 'csharp', way);
const programOf = (way: Way): string => path.join(projectOf(way), 'out', `${way}.dll`);
const sourceOf = (way: Way): string => serverOf(way, FRAMEWORK?.file ?? '');
const isBuilt = (way: Way): boolean =>
  existsSync(programOf(way)) && statSync(programOf(way)).mtimeMs > statSync(sourceOf(way)).mtimeMs;
const isThere = () => works('dotnet', '--version');

/** Not among Debian's packages: it is tried where it is, and nowhere else. */
export const csharp: Toolchain = {
  language,
  isOptional: true,
  missing: () => (isThere() ? undefined : 'the .NET SDK'),
  isInstalled: () => WAY_NAMES.every(isBuilt),
  install() {
    for (const way of WAY_NAMES) {
      const cwd = projectOf(way);
      mkdirSync(cwd, { recursive: true });
      run('dotnet', ['new', 'web', '--force', '--name', way, '--output', '.'], { cwd });
      for (const one of language.ways[way].packages)
        run('dotnet', ['add', 'package', one], { cwd });
      copyFileSync(sourceOf(way), path.join(cwd, 'Program.cs'));
      run('dotnet', ['build', '--output', 'out'], { cwd });
    }
  },
  command: (way) => ({ program: 'dotnet', args: [programOf(way)] }),
};

// A virtual environment with the versions of requirements.txt.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { python as language } from '../../../scripts/receivers/languages/python.ts';
import { findPython } from '../../deploy/python-tool.ts';
import { BUILD, run, serverOf, type Toolchain } from '../toolchain.ts';

const REQUIREMENTS = path.join(import.meta.dirname, 'requirements.txt');
const VENV = path.join(BUILD, 'python');
const PYTHON = path.join(VENV, 'bin', 'python');
/** Written last: what was installed. */
const MARK = path.join(VENV, 'requirements.txt');

export const python: Toolchain = {
  language,
  missing: () =>
    findPython() === undefined ? 'Python 3.10 or newer with its module venv' : undefined,
  isInstalled: () =>
    existsSync(MARK) && readFileSync(MARK, 'utf8') === readFileSync(REQUIREMENTS, 'utf8'),
  install() {
    rmSync(VENV, { recursive: true, force: true });
    run(findPython() ?? 'python3', ['-m', 'venv', VENV]);
    const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
    run(PYTHON, [...pip, '--requirement', REQUIREMENTS]);
    writeFileSync(MARK, readFileSync(REQUIREMENTS));
  },
  command: (way, file) => ({
    program: PYTHON,
    args: [serverOf(way, file)],
    env: { PYTHONDONTWRITEBYTECODE: '1' },
  }),
  offBy(command, seconds) {
    const clock = [
      'import datetime, runpy, sys',
      'class Clock(datetime.datetime):',
      '    @classmethod',
      '    def now(cls, tz=None):',
      `        return super().now(tz) + datetime.timedelta(seconds=${seconds})`,
      'datetime.datetime = Clock',
      'runpy.run_path(sys.argv[1], run_name="__main__")',
    ].join('\n');
    return { ...command, args: ['-c', clock, ...command.args] };
  },
};

// openapi-python-client: https://github.com/openapi-generators/openapi-python-client
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { findPython } from '../deploy/python-tool.ts';
import { BUILD, type Generator, run } from './generator.ts';

const VERSION = '0.29.1';
const VENV = join(BUILD, `openapi-python-client-${VERSION}`);
const PYTHON = join(VENV, 'bin', 'python');
const CLIENT = join(BUILD, 'python');

export const python: Generator = {
  name: `openapi-python-client ${VERSION}`,
  missing: () =>
    findPython() === undefined ? 'Python 3.10 or newer with its module venv' : undefined,

  generate(document) {
    const system = findPython() ?? 'python3';
    mkdirSync(CLIENT, { recursive: true });
    if (!existsSync(join(VENV, 'bin', 'openapi-python-client'))) {
      run(system, ['-m', 'venv', VENV]);
      const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'];
      run(PYTHON, [...pip, `openapi-python-client==${VERSION}`]);
    }
    const output = ['--output-path', join(CLIENT, 'posthorn_client'), '--overwrite'];
    const printed = run(
      PYTHON,
      ['-m', 'openapi_python_client', 'generate', '--path', document, '--meta', 'none', ...output],
      // For the formatter that it runs.
      { env: { PATH: `${join(VENV, 'bin')}:${process.env.PATH}` } },
    );
    // Keys in PEM are no media type that it knows; of everything else it must make something.
    const left = [...printed.matchAll(/WARNING parsing (.*) within/g)].map(([, what = '']) => what);
    const unexpected = left.filter((what) => !/^GET \S+\/keys\/\{file\}$/.test(what));
    if (unexpected.length > 0 || /^Unable to|duplicate/im.test(printed)) {
      throw new Error(`openapi-python-client leaves something out:\n${printed}`);
    }
    run(PYTHON, ['-m', 'compileall', '-q', '-f', CLIENT]);
    cpSync(join(import.meta.dirname, 'use_client.py'), join(CLIENT, 'use_client.py'));
  },

  use: (environment) => void run(PYTHON, ['use_client.py'], { cwd: CLIENT, env: environment }),
};

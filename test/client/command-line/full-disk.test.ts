// A disk that is full shows itself when the output is written, which may be after the command has done its work.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { CLI_MAIN } from '../cli.ts';

const FULL = '/dev/full';

it.skipIf(!existsSync(FULL)).each([['--help'], ['--version'], ['completion', 'bash']])(
  'is no success: %j',
  async (...args) => {
    const full = openSync(FULL, 'w');
    const child = spawn(process.execPath, [CLI_MAIN, ...args], { stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    const ended = once(child, 'close');
    const said = child.stderr === null ? '' : await text(child.stderr);
    await ended;
    expect([child.exitCode, said]).toEqual([
      1,
      'posthorn: standard output cannot be written: ENOSPC\n',
    ]);
  },
);

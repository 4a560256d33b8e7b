// The receivers' snippets, run as they stand in docs/receivers/snippets over the deliveries of cases.ts.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allCases, type Case } from './cases.ts';

let cases: Case[] = [];
beforeAll(async () => {
  cases = await allCases();
});

const folder = mkdtempSync(join(tmpdir(), 'posthorn-snippets-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const here = fileURLToPath(new URL('.', import.meta.url));
const snippets = fileURLToPath(new URL('../../../../docs/receivers/snippets', import.meta.url));

function copy(language: string, harness: string): string {
  const target = mkdtempSync(join(folder, `${language}-`));
  for (const file of readdirSync(join(snippets, language))) {
    copyFileSync(join(snippets, language, file), join(target, file));
  }
  copyFileSync(join(here, harness), join(target, harness));
  return target;
}

function run(command: string, given: string[], cwd: string, input: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, given, { cwd, input });
  if (status !== 0) throw new Error(`${command}: ${error ?? stderr.toString()}`);
  return stdout.toString();
}

const works = (command: string, ...given: string[]) => spawnSync(command, given).status === 0;
const hasJava = works('javac', '-version') && works('java', '-version');

/** What each case should give, and what it gave, with what it is about. */
function expectAnswers(answers: unknown, asked: readonly Case[]): void {
  expect(Array.isArray(answers) ? answers.length : 0).toBe(asked.length);
  const found = asked.map(({ contract, about }, at) => [
    contract,
    about,
    Reflect.get(Object(answers), at),
  ]);
  expect(found).toEqual(asked.map(({ contract, about, expected }) => [contract, about, expected]));
}

it('has every language where nothing may be skipped', () => {
  if (process.env.CI === 'true') expect(hasJava).toBe(true);
});

describe('the snippets of docs/receivers tell genuine deliveries from others', () => {
  it.skipIf(!hasJava)(
    'in Java',
    () => {
      const target = copy('java', 'Harness.java');
      run(
        'javac',
        ['-d', '.', ...readdirSync(target).filter((file) => file.endsWith('.java'))],
        target,
        '',
      );
      const base64 = (value: string) => Buffer.from(value).toString('base64');
      const lines = cases.map(({ contract, now, body, token, keys, headers }) =>
        [
          contract,
          now,
          body,
          base64(token),
          keys.length,
          ...keys.map(base64),
          ...Object.entries(headers).flat().map(base64),
        ].join('\t'),
      );
      const output = run('java', ['-cp', '.', 'Harness'], target, `${lines.join('\n')}\n`);
      expectAnswers(JSON.parse(output), cases);
    },
    120_000,
  );
});

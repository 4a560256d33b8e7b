// What a generator of clients does here, and programs of others, each run once to its end.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

export const BUILD = join(import.meta.dirname, '../../build/generators');

export interface Generator {
  readonly name: string;
  /** What it needs and this machine lacks, if it does. */
  missing(): string | undefined;
  /** Writes and compiles the client. @throws if any of it fails */
  generate(document: string): void;
  /** Runs the program that uses it: create, post, list. @throws if it fails */
  use(environment: Readonly<Record<string, string>>): void;
}

/** @returns whether it can be run, and ends well */
export function works(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args).status === 0;
}

/** @returns what it printed @throws if it fails, with that */
export function run(
  command: string,
  args: readonly string[],
  {
    cwd,
    env = {},
  }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd: cwd ?? BUILD,
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 64 * 1024 * 1024,
  });
  const printed = `${stdout}${stderr}`;
  if (status === 0) return printed;
  throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? ''}\n${printed}`);
}

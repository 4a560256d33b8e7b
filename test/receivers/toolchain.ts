// What runs the servers of docs/receivers in one language. What it installs stands under build/receivers.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import type { Language } from '../../scripts/receivers/compose.ts';
import type { Way } from '../../scripts/receivers/ways.ts';
import { SERVERS } from '../../scripts/receivers/write.ts';

export const BUILD = path.join(import.meta.dirname, '../../build/receivers');

export interface Toolchain {
  readonly language: Language;
  /** Whether it is skipped where CI is true, too: Debian does not have it. */
  readonly isOptional?: boolean;
  /** What this machine lacks and `install` cannot bring, if anything. */
  missing(): string | undefined;
  isInstalled(): boolean;
  /** Brings and compiles what servers need, from the network. @throws if it fails */
  install(): void;
  /** Runs a server. */
  command(way: Way, file: string): Command;
  /** The same by a clock that is off, where the language lets one put it so. */
  offBy?(command: Command, seconds: number): Command;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export const serverOf = (way: Way, file: string): string => path.join(SERVERS, way, file);

/** @returns whether it can be run, and ends well */
export const works = (program: string, ...args: string[]): boolean =>
  spawnSync(program, args).status === 0;

/** @throws if it fails, with what it printed */
export function run(
  program: string,
  args: readonly string[],
  { cwd = BUILD, env = {} }: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): void {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...env },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) {
    throw new Error(`${program} ${args.join(' ')} failed: ${error ?? ''}\n${stdout}${stderr}`);
  }
}

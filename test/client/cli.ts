// The command line as a process of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export type Environment = Readonly<Record<string, string>>;

export interface Cli {
  /** Runs a command to its end. */
  run(...args: readonly string[]): Promise<Ran>;
  /** The same, with this on its standard input. */
  piped(input: string | Uint8Array, ...args: readonly string[]): Promise<Ran>;
  /** What a command prints with --json. @throws unless its code is 0 */
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into member by member
  json(...args: readonly string[]): Promise<any>;
  /** Starts one that goes on until it is told to stop. */
  start(...args: readonly string[]): Running;
}

/** The program itself, for a shell or a process that the test makes. */
export const CLI_MAIN = fileURLToPath(new URL('../../client/src/cli/main.ts', import.meta.url));

export interface Running {
  printed(): string;
  /** Its exit code, once it has ended by itself. */
  ended(): Promise<number | null>;
  readonly pid: number;
  /** Without the chance to clean up, or as a terminal that is closed. */
  kill(signal: NodeJS.Signals): Promise<number | null>;
  /** Ctrl-C, npm's copy of it so many milliseconds later, and its exit code. */
  stop(copyAfterMs?: number): Promise<number | null>;
}

export function cliWith(environment: Environment, main = CLI_MAIN): Cli {
  const spawned = (args: readonly string[], stdin: 'ignore' | 'pipe' = 'ignore'): ChildProcess =>
    spawn(process.execPath, [main, ...args], {
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...environment },
      stdio: [stdin, 'pipe', 'pipe'],
    });
  async function endOf(child: ChildProcess): Promise<Ran> {
    if (!child.stdout || !child.stderr) throw new Error('no pipes');
    const ended = once(child, 'close');
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    await ended;
    return { code: child.exitCode, stdout, stderr };
  }
  const run = (...args: readonly string[]) => endOf(spawned(args));
  return {
    run,
    piped(input, ...args) {
      const child = spawned(args, 'pipe');
      child.stdin?.end(input);
      return endOf(child);
    },
    async json(...args) {
      const { code, stdout, stderr } = await run(...args, '--json');
      if (code !== 0) throw new Error(`posthorn ${args.join(' ')} ended with ${code}: ${stderr}`);
      return JSON.parse(stdout);
    },
    start(...args) {
      const child = spawned(args);
      const closed = once(child, 'close');
      let output = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream?.setEncoding('utf8').on('data', (part: string) => {
          output += part;
        });
      }
      return {
        pid: child.pid ?? 0,
        printed: () => output,
        async kill(signal) {
          child.kill(signal);
          await closed;
          return child.exitCode;
        },
        async ended() {
          await closed;
          return child.exitCode;
        },
        async stop(copyAfterMs = 0) {
          if (child.exitCode === null && child.signalCode === null) {
            const ended = once(child, 'close');
            // As under npm, which passes on what the terminal has sent already.
            child.kill('SIGINT');
            if (copyAfterMs > 0) await delay(copyAfterMs);
            child.kill('SIGINT');
            await ended;
          }
          return child.exitCode;
        },
      };
    },
  };
}

// Runs npm, and answers with what it prints.
import { execFileSync } from 'node:child_process';

export function npm(args: readonly string[], cwd: string, env = process.env): string {
  // npm names itself when it runs a script; on Windows `npm` alone is not a program.
  const own = process.env.npm_execpath;
  const [command, all] = own ? [process.execPath, [own, ...args]] : ['npm', args];
  const options = { cwd, env, encoding: 'utf8', maxBuffer: 100_000_000, stdio: 'pipe' } as const;
  return execFileSync(command, all, options);
}

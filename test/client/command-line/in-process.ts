// The command line in this process: what it printed, and its exit code.
import { vi } from 'vitest';
import { run } from '../../../client/src/cli/run.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export async function ran(
  url: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const printed = { stdout: '', stderr: '' };
  const spies = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      printed[name] += text;
      return true;
    }),
  );
  try {
    const all = { POSTHORN_URL: url, POSTHORN_KEY: 'ph_live_key', ...env };
    const code = await run(args, all, new AbortController().signal);
    return { code, ...printed };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

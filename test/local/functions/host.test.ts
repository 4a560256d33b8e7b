// When a function of the embedded runtime is loaded: one that was started stays, others come and go with their work.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { FunctionHost } from '../../../local/functions/host.ts';
import { eventually, temporaryFolder } from '../emulators.ts';

const folder = temporaryFolder();
const bundleFile = join(folder.path, 'index.mjs');
writeFileSync(
  bundleFile,
  `let count = 0;
  export const handler = async ({ die, waitMs = 0 }) => {
    if (die) process.exit(1);
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    return ++count;
  };`,
);
const hosts: FunctionHost[] = [];
const lines: string[] = [];

afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(hosts.splice(0).map((host) => host.stop()));
});
afterAll(() => folder.remove());

/** In a process, which shows by its id whether it is there. */
function hostOf(file = bundleFile): FunctionHost {
  const host = new FunctionHost(
    {
      name: 'fn',
      arn: '',
      roleName: '',
      bundleFile: file,
      timeoutMs: 30_000,
      memoryMb: 128,
      env: {},
    },
    { onLine: (line) => lines.push(line), isolation: 'process' },
  );
  hosts.push(host);
  return host;
}
const invoke = (host: FunctionHost, event: object = {}) => host.invoke(JSON.stringify(event));
const MINUTE_MS = 60_000;

describe('a function that is not started', () => {
  it('is loaded once, by the first of what comes at the same time', async () => {
    const host = hostOf();
    expect(host.pids).toEqual([]);
    expect(await Promise.all([invoke(host), invoke(host), invoke(host)])).toEqual(['1', '2', '3']);
    expect(host.pids).toHaveLength(1);
  });

  it('is unloaded a minute after its last work, and loaded anew', async () => {
    const host = hostOf();
    await invoke(host);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    expect(await invoke(host)).toBe('2');
    vi.advanceTimersByTime(MINUTE_MS - 1);
    expect(await invoke(host)).toBe('3');
    vi.advanceTimersByTime(MINUTE_MS - 1);
    expect(host.pids).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(host.pids).toEqual([]);
    vi.useRealTimers();
    expect(await invoke(host)).toBe('1');
    expect(lines.filter((line) => line.includes('restarting'))).toEqual([]);
  });

  it('stays while something is under way, however long', async () => {
    const host = hostOf();
    await invoke(host);
    const slow = invoke(host, { waitMs: 300 });
    expect(await invoke(host)).toBe('2');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    vi.advanceTimersByTime(2 * MINUTE_MS);
    vi.useRealTimers();
    expect(await slow).toBe('3');
  });

  it('is loaded again after a crash', async () => {
    const host = hostOf();
    await expect(invoke(host, { die: true })).rejects.toThrow(/Runtime.ExitError/);
    expect(await invoke(host)).toBe('1');
  });

  it('that cannot be loaded fails what it was loaded for', async () => {
    await expect(invoke(hostOf(join(folder.path, 'none.mjs')))).rejects.toThrow(/ExitError/);
  });

  it('is a further instance of one that is: it is loaded when it is needed', async () => {
    const host = hostOf();
    await host.start();
    const lane = host.lane('slow');
    expect(host.pids).toHaveLength(1);
    expect(await invoke(lane)).toBe('1');
    expect(host.pids).toHaveLength(2);
    expect(host.lane('slow')).toBe(lane);
  });

  it('is not loaded any more after it was stopped', async () => {
    const host = hostOf();
    await host.stop();
    await expect(invoke(host)).rejects.toThrow(/not running/);
    expect(host.pids).toEqual([]);
  });
});

describe('a function that is started', () => {
  it('is there before its first work, and stays', async () => {
    const host = hostOf();
    await host.start();
    expect(host.pids).toHaveLength(1);
    await invoke(host);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    expect(await invoke(host)).toBe('2');
    vi.advanceTimersByTime(10 * MINUTE_MS);
    vi.useRealTimers();
    expect(await invoke(host)).toBe('3');
  });

  it('is there again after a crash, without work', async () => {
    const host = hostOf();
    await host.start();
    await host.crash();
    await eventually(() => host.pids.length === 1);
    expect(await invoke(host)).toBe('1');
  });
});

// Regression: a process that was killed between two writes of dynalite left deliveries that no wake-up found.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { wholeOr } from '../../builders/share.ts';
import { temporaryFolder } from '../emulators.ts';

const KILLS = wholeOr(50, 5);
const WRITERS = fileURLToPath(new URL('writers.ts', import.meta.url));

interface Start {
  readonly stored: number;
  readonly missing: string[];
  readonly stale: string[];
  /** Items that the stream does not tell of, or tells otherwise. */
  readonly untold: string[];
}

const root = temporaryFolder();
afterAll(() => root.remove());

describe('the index and the stream of a DynamoDB that is killed again and again while it writes', () => {
  it('agree with its table at each start', async () => {
    const starts: Start[] = [];
    for (let kill = 0; kill <= KILLS; kill++) {
      const child = spawn(process.execPath, [WRITERS, root.path], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = once(child, 'exit');
      for await (const line of createInterface({ input: child.stdout })) {
        starts.push(JSON.parse(line));
        break;
      }
      await delay(10 + Math.random() * 60);
      child.kill('SIGKILL');
      await ended;
    }
    expect(starts).toHaveLength(KILLS + 1);
    expect(starts.filter(({ stored }) => stored > 0).length).toBeGreaterThan(KILLS / 2);
    expect(starts.flatMap(({ missing, stale }) => [...missing, ...stale])).toEqual([]);
    expect(starts.flatMap(({ untold }) => untold)).toEqual([]);
  }, 300_000);
});

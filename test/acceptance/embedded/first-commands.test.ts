// What `npm start` prints, which only the embedded runtime does.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../builders/eventually.ts';
import { type EmbeddedTarget, startEmbedded } from '../embedded-target.ts';

let target: EmbeddedTarget;

beforeAll(async () => {
  target = await startEmbedded();
}, 90_000);
afterAll(async () => {
  await target?.remove();
});

describe('what is printed at the start', () => {
  it('is two commands that work as they stand, and the delivery’s signature verifies', async () => {
    const commands = target.printed().match(/^ {2}curl -sS (.+\\\n)+.+$/gm) ?? [];
    expect(commands).toHaveLength(2);
    const answers: unknown[] = [];
    for (const command of commands) {
      const { stdout } = await promisify(execFile)('sh', ['-c', command]);
      answers.push(JSON.parse(stdout));
    }
    expect(answers).toEqual([
      expect.objectContaining({ id: expect.stringMatching(/^ep_/) }),
      { id: expect.stringMatching(/^evt_/), duplicate: false },
    ]);
    const line = /received dossier\.created evt_\w+, \d+ bytes, signature verified/;
    await eventually(() => line.test(target.printed()));
  });
});

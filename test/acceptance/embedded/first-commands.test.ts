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

  it('has a link that signs in to the console, without the operator’s key', async () => {
    const [, link = ''] = target.printed().match(/^ {2}(http:\S+\/console#token=\S+)$/m) ?? [];
    const { origin, pathname, hash } = new URL(link);
    const page = await fetch(origin + pathname);
    expect([page.status, page.headers.get('content-type')]).toEqual([
      200,
      'text/html; charset=utf-8',
    ]);
    const token = new URLSearchParams(hash.slice(1)).get('token') ?? '';
    const asked = { headers: { authorization: `Bearer ${token}` } };
    const who = await fetch(`${origin}/v1/keys/current`, asked);
    expect(await who.json()).toMatchObject({ kind: 'operator', session: { role: 'admin' } });
    expect(target.printed()).not.toContain(target.operatorKey);
  });
});

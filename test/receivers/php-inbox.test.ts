// PHP has a process for each request, so its inbox is swept by another process than the ones that fill it.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { serverOf } from './toolchain.ts';
import { php } from './toolchains/php.ts';

const WORK = `
    if ($id === 'poison') { throw new RuntimeException('it cannot be processed'); }
    usleep(300000);`;

describe.skipIf(!php.isInstalled())('the inbox of receivers in PHP', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'posthorn-receivers-'));
    const server = readFileSync(serverOf('kyc-hmac', 'server.php'), 'utf8');
    const handle = /(function handle\(.*\n\{)/;
    expect(server).toMatch(handle);
    writeFileSync(path.join(folder, 'server.php'), server.replace(handle, `$1${WORK}`));
    mkdirSync(path.join(folder, 'inbox'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function put(id: string): void {
    const name = createHash('sha256').update(id).digest('hex');
    const delivery = `a:2:{s:2:"id";s:${id.length}:"${id}";s:5:"event";N;}`;
    writeFileSync(path.join(folder, 'inbox', name), delivery);
  }

  /** @throws if it ends with another code than 0 */
  async function sweep(): Promise<string[]> {
    const env = {
      ...process.env,
      WEBHOOK_SECRETS: 'a secret of 24 characters'.replaceAll(' ', '-'),
    };
    const { stdout } = await promisify(execFile)('php', ['server.php', '--sweep'], {
      cwd: folder,
      env,
    });
    return stdout.split('\n').filter(Boolean).sort();
  }

  it('is swept to its end, and the server starts, with an event that cannot be processed', async () => {
    for (const id of ['one', 'poison', 'two', 'three']) put(id);
    expect(await sweep()).toEqual(['processed one', 'processed three', 'processed two']);
  });

  it('has each event processed once by two sweeps at a time', async () => {
    for (const id of ['one', 'two', 'three']) put(id);
    const [first, second] = await Promise.all([sweep(), sweep()]);
    const all = [...(first ?? []), ...(second ?? [])].sort();
    expect(all).toEqual(['processed one', 'processed three', 'processed two']);
  });
});

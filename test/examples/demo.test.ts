// The demo against a stand-in for the service: what it shows, what it tidies up, and when it fails.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { FakePosthorn, OPERATOR_KEY } from './fake-posthorn.ts';

const demo = new URL('../../examples/demo.ts', import.meta.url).pathname;
let fake: FakePosthorn | undefined;

afterEach(async () => {
  await fake?.close();
  fake = undefined;
});

interface Run {
  readonly code: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

function runDemo(env: NodeJS.ProcessEnv, ...args: string[]): Promise<Run> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [demo, ...args], { env }, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
  });
}

async function runAgainst(service: FakePosthorn, ...args: string[]): Promise<Run> {
  fake = service;
  const url = await service.listen();
  return runDemo({ POSTHORN_URL: url, POSTHORN_OPERATOR_KEY: OPERATOR_KEY }, ...args);
}

describe('npm run demo', () => {
  it('ends with a row for each delivery to its own endpoints, all verified', async () => {
    const { code, stdout, stderr } = await runAgainst(
      new FakePosthorn({ lateFanOut: true }),
      '--json',
    );

    const rows: Record<string, unknown>[] = JSON.parse(stdout);
    expect(stderr).toContain('30 of 30 deliveries arrived with a valid signature');
    expect(code).toBe(0);
    expect(rows).toHaveLength(30);
    expect(rows.filter((row) => row.endpoint === 'flaky')).toHaveLength(5);
    expect(rows).toContainEqual({
      event: 'verification.locked',
      endpoint: 'flaky',
      attempts: 2,
      status: 'delivered',
      deliveryMs: expect.any(Number),
      check: 'verified',
    });
    for (const row of rows) {
      const attempts = row.endpoint === 'flaky' ? 2 : 1;
      expect(row).toMatchObject({ attempts, status: 'delivered', check: 'verified' });
    }
  });

  it('prints a table, and lines of progress where there is no terminal', async () => {
    const { stdout, stderr } = await runAgainst(new FakePosthorn());

    expect(stdout).toMatch(/^event +endpoint +attempts +status +ms +signature$/m);
    expect(stdout).toMatch(/^dossier\.created +all +1 +delivered +\d+ +verified$/m);
    expect(stderr).toMatch(/^sent +19\/19$/m);
    expect(stderr).toMatch(/^delivered +19\/19$/m);
  });

  it('deletes the endpoints that it made, and no other', async () => {
    const service = new FakePosthorn();
    await runAgainst(service);

    expect(service.deletedEndpoints).toEqual(['ep_1', 'ep_2', 'ep_3']);
  });

  it.each([
    ['a signature does not verify', { wrongSecret: true }, 'bad signature'],
    ['the data is not what was posted', { changeData: true }, 'changed data'],
    ['a delivery stays dead', { neverRetry: true }, 'dead'],
    ['nothing arrives', { neverSend: true }, 'not received'],
  ])('exits with 1 when %s', async (_case, options, word) => {
    const { code, stdout } = await runAgainst(new FakePosthorn(options));

    expect(stdout).toContain(word);
    expect(code).toBe(1);
  });

  it('says what a refused key was refused with', async () => {
    fake = new FakePosthorn();
    const POSTHORN_URL = await fake.listen();
    const { code, stderr } = await runDemo({ POSTHORN_URL, POSTHORN_OPERATOR_KEY: 'wrong' });

    expect(stderr).toContain('/v1/tenants/demo answered 401: A valid key is needed');
    expect(code).toBe(1);
  });

  it('says how to start the service when none answers', async () => {
    const POSTHORN_URL = 'http://127.0.0.1:1';
    const { code, stderr } = await runDemo({ POSTHORN_URL, POSTHORN_OPERATOR_KEY: OPERATOR_KEY });

    expect(stderr).toContain('No answer from http://127.0.0.1:1: start the service with npm start');
    expect(code).toBe(1);
  });

  it("finds the key in the service's data folder", async () => {
    const folder = mkdtempSync(join(tmpdir(), 'posthorn-demo-'));
    writeFileSync(
      join(folder, 'secrets.json'),
      JSON.stringify({ KeysSealing1A2B: 'x', KeysOperator3C4D: OPERATOR_KEY }),
    );
    fake = new FakePosthorn();
    const POSTHORN_URL = await fake.listen();
    const { code } = await runDemo({ POSTHORN_URL, POSTHORN_DATA_DIR: folder });
    rmSync(folder, { recursive: true });

    expect(code).toBe(0);
  });

  it('says how to give the key when it finds none', async () => {
    const { code, stderr } = await runDemo({ POSTHORN_DATA_DIR: '/nonexistent' });

    expect(stderr).toContain('set POSTHORN_OPERATOR_KEY');
    expect(code).toBe(1);
  });
});

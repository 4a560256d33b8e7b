// What `npm start` says when it cannot start: one line, exit code 1, no stack.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { LAX, readDestinationRules } from '../../local/destination-rules.ts';
import { attemptLine, logPrinter } from '../../local/functions/logs.ts';
import { checkNode, readSettings } from '../../local/start/settings.ts';
import { temporaryFolder } from './emulators.ts';

const folder = temporaryFolder();
afterAll(() => folder.remove());

async function startWith(env: Record<string, string>) {
  const program = fileURLToPath(new URL('../../local/start.ts', import.meta.url));
  const child = spawn(process.execPath, [program], {
    env: { PATH: process.env.PATH, POSTHORN_DATA_DIR: folder.path, ...env },
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const [code] = await once(child, 'close');
  return { code, lines: stderr.trim().split('\n') };
}

describe('npm start', () => {
  it.each([
    [{ PORT: 'http' }, 'PORT is "http"'],
    [{ POSTHORN_OPERATOR_KEY: 'short' }, 'POSTHORN_OPERATOR_KEY has 5 characters'],
    [{ POSTHORN_ALLOW_HTTP: 'no' }, 'POSTHORN_ALLOW_HTTP is "no"'],
    [{ POSTHORN_DATA_DIR: `${import.meta.filename}/x` }, 'cannot write to the data folder'],
  ])('says in one line what is wrong with %o', async (env, message) => {
    const { code, lines } = await startWith(env);
    expect(code).toBe(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`posthorn: ${message}`);
  });
});

describe('settings', () => {
  it('have defaults, for empty values too', () => {
    for (const env of [
      {},
      { PORT: '', HOST: '', POSTHORN_HOSTS: '', POSTHORN_OPERATOR_KEY: '', POSTHORN_DATA_DIR: '' },
    ]) {
      expect(readSettings(env, '/data')).toEqual({
        port: 3000,
        host: '127.0.0.1',
        hosts: [],
        dataDir: '/data',
        operatorKey: undefined,
        destinationRules: LAX,
        logEverything: false,
      });
    }
  });

  it('name hosts, those that it listens on among them', () => {
    const hostsOf = (env: NodeJS.ProcessEnv) => readSettings(env, '/data').hosts;
    expect(hostsOf({ POSTHORN_HOSTS: 'posthorn, Hooks.Example.com' })).toEqual([
      'posthorn',
      'hooks.example.com',
    ]);
    expect(hostsOf({ HOST: 'my-machine' })).toEqual(['my-machine']);
    expect(() => hostsOf({ POSTHORN_HOSTS: 'https://a.b' })).toThrow('POSTHORN_HOSTS');
  });

  it('take back each freedom of the embedded runtime on its own', () => {
    expect(readDestinationRules({ POSTHORN_ALLOW_HTTP: 'false' })).toEqual({
      ...LAX,
      allowHttp: false,
    });
    expect(readDestinationRules({ POSTHORN_ALLOW_PRIVATE: 'false' })).toEqual({
      ...LAX,
      allowPrivate: false,
    });
    expect(readDestinationRules({ POSTHORN_ALLOWED_PORTS: '443,8443' })).toEqual({
      ...LAX,
      allowedPorts: '443,8443',
    });
    expect(() => readDestinationRules({ POSTHORN_ALLOWED_PORTS: 'all' })).toThrow('443,8443');
  });

  it('want a Node that runs TypeScript', () => {
    expect(() => checkNode('20.20.2')).toThrow('Node 20.20.2 is too old');
    expect(() => checkNode('22.17.9')).toThrow();
    expect(() => checkNode('22.18.0')).not.toThrow();
  });
});

describe('the terminal', () => {
  const attempt = {
    level: 'info',
    message: 'attempt' as const,
    eventId: 'evt_1',
    endpointId: 'ep_1',
    eventType: 'dossier.created',
    attempt: 1,
    outcome: 'http_200',
    durationMs: 12.3,
    state: 'delivered',
  };
  const printed = (lines: [string, 'stdout' | 'stderr'][], everything = false) => {
    const result: string[] = [];
    const print = logPrinter(
      { out: (line) => result.push(`out ${line}`), error: (line) => result.push(`error ${line}`) },
      everything,
    );
    for (const [line, stream] of lines) print(line, stream);
    return result;
  };

  it('shows a delivery in one line', () => {
    expect(attemptLine(attempt)).toBe('✓ dossier.created evt_1 → ep_1 attempt 1 http_200 12 ms');
    expect(
      attemptLine({ ...attempt, state: 'waiting', outcome: 'http_500', nextDelayMs: 60_000 }),
    ).toBe('↻ dossier.created evt_1 → ep_1 attempt 1 http_500 12 ms, next in 60 s');
    expect(attemptLine({ ...attempt, state: 'dead', outcome: 'http_410' })).toContain('✗');
  });

  it('shows attempts, warnings and errors of the functions, and the rest on request', () => {
    const warning = '{"level":"warn","message":"slow"}';
    const lines: [string, 'stdout' | 'stderr'][] = [
      [JSON.stringify(attempt), 'stdout'],
      ['{"level":"info","message":"detail"}', 'stdout'],
      [warning, 'stderr'],
      ['not ours', 'stdout'],
    ];
    expect(printed(lines)).toEqual([`out ${attemptLine(attempt)}`, `error ${warning}`]);
    expect(printed(lines, true)).toHaveLength(4);
  });
});

describe('scripts/prepare.mjs', () => {
  it('keeps to what Node 18 has and needs no package', () => {
    const text = readFileSync(new URL('../../scripts/prepare.mjs', import.meta.url), 'utf8');
    const imports = [...text.matchAll(/from '([^']+)'/g)].map(([, name]) => name);
    expect(imports.every((name) => name?.startsWith('node:'))).toBe(true);
  });
});

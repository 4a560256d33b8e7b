// Memory of dispatch while hostile receivers answer: the bundle that is deployed, in a process of its own,
// against the embedded runtime's tables. It has to stay far below what its function has.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfiguration } from '../../lib/configuration.ts';
import { type Runtime, startRuntime } from '../../local/runtime.ts';
import { answering, CASES, flood, OK } from '../adapters/sender/http/hostile-receivers.ts';
import { answerAndClose, type Listener, listen } from '../adapters/sender/http/sending.ts';
import { temporaryFolder } from '../local/emulators.ts';

const LIMIT_MB = 200;
const ROUNDS = 3;
/** As many as its event source hands dispatch at a time. */
const BATCH = parseConfiguration({}).sources.deliveries.batchSize;
/** The shortest that an endpoint may have. */
const TIMEOUT_MS = 1_000;

const bomb = gzipSync(Buffer.alloc(100_000_000));
const chunk = Buffer.alloc(1024 * 1024, 'x');

/** What fills memory if it is let, beside the corpus. */
const FLOODS: readonly [title: string, receiver: (socket: Socket) => void][] = [
  [
    'a body of 1 GB',
    answering((socket) => {
      socket.write(`${OK}content-length: 1073741824\r\n\r\n`);
      flood(socket, chunk, { bytes: 0 });
    }),
  ],
  [
    'an endless body',
    answering((socket) => {
      socket.write(`${OK}\r\n`);
      flood(socket, chunk, { bytes: 0 });
    }),
  ],
  [
    'endless headers',
    answering((socket) => {
      socket.write(OK);
      flood(socket, Buffer.from('x-more: 1\r\n'.repeat(10_000)), { bytes: 0 });
    }),
  ],
  [
    'a gzip bomb',
    answering((socket) => {
      socket.write(`${OK}content-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`);
      socket.end(bomb);
    }),
  ],
];

const folder = temporaryFolder();
const listeners: Listener[] = [];
let runtime: Runtime;

beforeAll(async () => {
  runtime = await startRuntime({ dataDir: folder.path, receiver: false, quiet: true });
});
afterAll(async () => {
  for (const listener of listeners) await listener.close();
  await runtime.stop();
  folder.remove();
});

async function ask(method: string, path: string, body: unknown): Promise<{ id: string }> {
  const response = await fetch(`${runtime.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${runtime.operatorKey}`,
      'content-type': 'application/json',
      'posthorn-tenant': 'acme',
    },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()) as { id: string }; // every answer here has one
}

/** An endpoint at a receiver of its own, as dispatch is asked to test it. */
async function testOf(receiver: (socket: Socket) => void) {
  const listener = await listen(receiver);
  listeners.push(listener);
  const url = `http://127.0.0.1:${listener.port}/`;
  const { id } = await ask('POST', '/v1/endpoints', { url, timeoutMs: TIMEOUT_MS });
  return { test: { tenant: 'acme', environment: 'live', endpointId: id } };
}

async function runDispatch(batches: readonly (readonly unknown[])[]) {
  const dispatch = [...runtime.functions.values()].find(({ definition }) =>
    definition.name.includes('Dispatch'),
  );
  if (!dispatch) throw new Error('no function is called dispatch');
  const { bundleFile, env } = dispatch.definition;
  const script = fileURLToPath(new URL('./process.ts', import.meta.url));
  const child = spawn(process.execPath, [script], {
    env,
    stdio: ['pipe', 'ignore', 'inherit', 'ipc'],
  });
  child.stdin?.end(JSON.stringify({ bundleUrl: pathToFileURL(bundleFile).href, batches }));
  const [result] = await once(child, 'message');
  return result as { outcomes: string[][]; beforeMb: number; peakMb: number }; // sent by process.ts
}

describe('the memory of dispatch', () => {
  it(`stays under ${LIMIT_MB} MB, and a healthy endpoint in each batch gets its request`, async () => {
    await ask('PUT', '/v1/tenants/acme', { name: 'Acme' });
    const hostile = [...CASES.map(({ receiver }) => receiver), ...FLOODS.map(([, one]) => one)];
    const bad = await Promise.all(hostile.map(testOf));
    const healthy = await testOf(answerAndClose);
    const hostileInTurn = Array.from({ length: ROUNDS }, () => bad).flat();
    const batches: unknown[][] = [];
    for (let at = 0; at < hostileInTurn.length; at += BATCH - 1) {
      batches.push([...hostileInTurn.slice(at, at + BATCH - 1), healthy]);
    }
    const { outcomes, beforeMb, peakMb } = await runDispatch(batches);
    expect(outcomes.map((batch) => batch.length)).toEqual(batches.map((batch) => batch.length));
    expect(new Set(outcomes.map((batch) => batch.at(-1)))).toEqual(new Set(['http_200']));
    expect(new Set(outcomes.flat()).size).toBeGreaterThan(3);
    // The process itself, without which nothing would be measured.
    expect(beforeMb).toBeGreaterThan(20);
    expect(peakMb).toBeLessThan(LIMIT_MB);
  });
});

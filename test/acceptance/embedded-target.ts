// The embedded runtime as a process of its own, which can be killed, or within the test's process, where
// its tables and schedules can be reached.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { inject } from 'vitest';
import { Env } from '../../lambdas/environment.ts';
import { startRuntime } from '../../local/runtime.ts';
import { eventually } from '../builders/eventually.ts';
import { freePort } from '../builders/free-port.ts';
import type { Target, TargetAws } from './target.ts';

export interface EmbeddedTarget extends Target {
  readonly dataDir: string;
  /** All that it has printed since its first start. */
  printed(): string;
  /** Ends it at once, with nothing tidied up (SIGKILL). */
  kill(): Promise<void>;
  /** Ctrl-C, another one so many milliseconds later, and the exit code. */
  interrupt(againAfterMs: number): Promise<number | null>;
  /** Starts it again over the same data; resolves once it says that it is ready. */
  start(): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const READY_WITHIN_MS = 120_000;
const OPERATOR_KEY = `operator-${'0123456789abcdef'.repeat(2)}`;

/**
 * @param more variables of its environment
 * @param nodeArguments of its process
 */
export async function startEmbedded(
  more: Readonly<Record<string, string>> = {},
  nodeArguments: readonly string[] = [],
): Promise<EmbeddedTarget> {
  // The fuzzer and the kill runs start it outside of vitest, where nothing can be injected.
  if (process.env.VITEST !== undefined && inject('deployed')) {
    throw new Error('a deployed stack is tested: use openTarget, or move the test to embedded/');
  }
  const port = await freePort();
  const dataDir = mkdtempSync(join(tmpdir(), 'posthorn-acceptance-'));
  let output = '';
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const seen = output.length;
    const running = spawn(process.execPath, [...nodeArguments, 'local/start.ts'], {
      cwd: ROOT,
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        PORT: String(port),
        POSTHORN_OPERATOR_KEY: OPERATOR_KEY,
        POSTHORN_DATA_DIR: dataDir,
        POSTHORN_LOG_FILE: process.env.POSTHORN_LOG_FILE,
        ...more,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = running;
    for (const stream of [running.stdout, running.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    await eventually(() => {
      if (running.exitCode !== null) throw new Error(`it did not start:\n${output.slice(seen)}`);
      return /^ready\b/m.test(output.slice(seen));
    }, READY_WITHIN_MS);
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const running = child;
    child = undefined;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, 'exit');
    running.kill(signal);
    await ended;
  }

  async function interrupt(againAfterMs: number): Promise<number | null> {
    const running = child;
    if (!running) throw new Error('it does not run');
    const ended = once(running, 'exit');
    running.kill('SIGINT');
    await delay(againAfterMs);
    running.kill('SIGINT');
    await ended;
    return running.exitCode;
  }

  const remove = async (): Promise<void> => {
    await end('SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    await start();
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    url: `http://127.0.0.1:${port}`,
    operatorKey: OPERATOR_KEY,
    dataDir,
    printed: () => output,
    kill: () => end('SIGKILL'),
    interrupt,
    start,
    remove,
  };
}

/** @param settings over those of cdk.json */
export async function startEmbeddedInside(
  settings: Readonly<Record<string, unknown>> = {},
): Promise<Target & { readonly aws: TargetAws }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'posthorn-acceptance-'));
  const runtime = await startRuntime({
    dataDir,
    operatorKey: OPERATOR_KEY,
    settings,
    receiver: false,
    quiet: true,
  });
  const env = Object.assign({}, ...[...runtime.functions.values()].map((fn) => fn.definition.env));
  const { dynamoDbUrl, controlUrl, credentials } = runtime.aws;
  const client = { region: 'us-east-1', credentials };
  return {
    url: runtime.url,
    operatorKey: OPERATOR_KEY,
    aws: {
      dynamoDb: new DynamoDBClient({ ...client, endpoint: dynamoDbUrl }),
      scheduler: new SchedulerClient({ ...client, endpoint: controlUrl }),
      ledgerTable: env[Env.ledgerTable],
      scheduleGroup: env[Env.scheduleGroup],
    },
    async remove() {
      await runtime.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

// Builders for the tests of the embedded runtime: temporary folders, emulators without a template,
// and waiting for a condition.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { arnOf } from '../../local/aws-names.ts';
import { Gatekeeper } from '../../local/gate/gatekeeper.ts';
import { Meter } from '../../local/gate/meter.ts';
import { type SqsEmulator, type SqsQueue, startSqs } from '../../local/sqs/emulator.ts';
import { knowSecret } from '../builders/known-secrets.ts';

export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'posthorn-test-'));
  return {
    path,
    remove() {
      for (const secret of secretsOfStack(path)) knowSecret(secret);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** What a runtime over this folder had in Secrets Manager: the sealing key's versions and the operator's key. */
export function secretsOfStack(path: string): string[] {
  const file = join(path, 'secrets.json');
  if (!existsSync(file)) return [];
  const kept: Record<string, string> = JSON.parse(readFileSync(file, 'utf8'));
  return Object.values(kept).flatMap((value) =>
    value.startsWith('{') ? Object.values<string>(JSON.parse(value).keys) : [value],
  );
}

/** Polls until the condition gives something true, for up to ten seconds. */
export async function eventually<T>(
  condition: () => T | Promise<T>,
  limitMs = 10_000,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + limitMs;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > deadline) throw new Error(`still not so after ${limitMs} ms: ${condition}`);
    await delay(10);
  }
}

export function startTestSqs(dataDir: string): Promise<SqsEmulator> {
  return startSqs(dataDir, new Gatekeeper(new Meter()));
}

export function makeQueue(
  { store, queueUrl }: SqsEmulator,
  name: string,
  attributes: Record<string, string> = {},
): SqsQueue {
  return (
    store.getQueueByName(name) ??
    store.createQueue(name, queueUrl(name), arnOf('sqs', name), attributes)
  );
}

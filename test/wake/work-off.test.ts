import { describe, expect, it } from 'vitest';
import { encodeCleanupMessage } from '../../lambdas/core/erasure/message.ts';
import { encodeReplayMessage } from '../../lambdas/core/replays/message.ts';
import { encodeWakeMessage } from '../../lambdas/core/wakes/message.ts';
import { workOff } from '../../lambdas/wake/work-off.ts';
import { ENDPOINT_ID, NOON_MS } from '../builders/events.ts';
import { sqsRecord } from '../builders/ports.ts';
import { memoryWakes } from '../builders/wakes.ts';

const SCOPE = { tenant: 'acme', environment: 'live', endpointId: ENDPOINT_ID } as const;
const wake = sqsRecord(encodeWakeMessage({ ...SCOPE, bucketMs: NOON_MS }));
const replay = sqsRecord(encodeReplayMessage({ ...SCOPE, replayId: 'rpl_1', version: 1 }));
const erasure = sqsRecord(encodeCleanupMessage({ kind: 'erasure', tenant: 'acme' }));
const newer = sqsRecord('{"v":2}');

it('wake-ups go first and replays last, and what fails or cannot be read fails alone', async () => {
  const handled: string[] = [];
  const failed = await workOff(memoryWakes(), [replay, newer, erasure, wake], async ({ kind }) => {
    handled.push(kind);
    if (kind === 'erasure') throw new Error('throttled');
  });
  expect(handled).toEqual(['wake', 'erasure', 'replay']);
  expect(failed).toMatchObject([
    { messageId: newer.messageId, error: { code: 'newer_version' } },
    { messageId: erasure.messageId, error: { message: 'throttled' } },
  ]);
});

describe('a wake-up that failed three times', () => {
  const message = { ...SCOPE, bucketMs: NOON_MS };
  const fail = () => Promise.reject(new Error('the registry is away'));
  const atNoon = () => memoryWakes(() => NOON_MS + 1);
  const failedThe = (receives: number, wakes: ReturnType<typeof memoryWakes>) =>
    workOff(wakes, [sqsRecord(encodeWakeMessage(message), receives)], fail);

  it('is left to sweep, and its entry stands as it was', async () => {
    const wakes = atNoon();
    await wakes.note(message, NOON_MS);
    expect(await failedThe(2, wakes)).toHaveLength(1);
    expect(await failedThe(3, wakes)).toEqual([]);
    expect(await wakes.listBucket(NOON_MS)).toEqual([message]);
  });

  it('is entered again where it was struck before it failed', async () => {
    const wakes = atNoon();
    expect(await failedThe(3, wakes)).toEqual([]);
    expect(await wakes.listBucket(NOON_MS)).toEqual([message]);
  });

  it('comes back where nothing can be entered', async () => {
    const wakes = { ...atNoon(), renew: fail };
    expect(await failedThe(3, wakes)).toHaveLength(1);
  });

  it('does the same for no other message', async () => {
    expect(
      await workOff(atNoon(), [{ ...replay, ...sqsRecord(replay.body, 3) }], fail),
    ).toHaveLength(1);
  });
});

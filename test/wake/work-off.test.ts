import { expect, it } from 'vitest';
import { encodeCleanupMessage } from '../../lambdas/core/erasure/message.ts';
import { encodeReplayMessage } from '../../lambdas/core/replays/message.ts';
import { encodeWakeMessage } from '../../lambdas/core/wakes/message.ts';
import { workOff } from '../../lambdas/wake/work-off.ts';
import { ENDPOINT_ID, NOON_MS } from '../builders/events.ts';
import { sqsRecord } from '../builders/ports.ts';

const SCOPE = { tenant: 'acme', environment: 'live', endpointId: ENDPOINT_ID } as const;
const wake = sqsRecord(encodeWakeMessage({ ...SCOPE, bucketMs: NOON_MS }));
const replay = sqsRecord(encodeReplayMessage({ ...SCOPE, replayId: 'rpl_1', version: 1 }));
const erasure = sqsRecord(encodeCleanupMessage({ kind: 'erasure', tenant: 'acme' }));
const newer = sqsRecord('{"v":2}');

it('wake-ups go first and replays last, and what fails or cannot be read fails alone', async () => {
  const handled: string[] = [];
  const failed = await workOff([replay, newer, erasure, wake], async ({ kind }) => {
    handled.push(kind);
    if (kind === 'erasure') throw new Error('throttled');
  });
  expect(handled).toEqual(['wake', 'erasure', 'replay']);
  expect(failed).toMatchObject([
    { messageId: newer.messageId, error: { code: 'newer_version' } },
    { messageId: erasure.messageId, error: { message: 'throttled' } },
  ]);
});

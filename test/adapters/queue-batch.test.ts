import type { SQSRecord } from 'aws-lambda';
import { afterEach, expect, it, vi } from 'vitest';
import { metrics } from '../../lambdas/adapters/metrics.ts';
import { answerBatch } from '../../lambdas/adapters/queue-batch.ts';
import { LeaseHeldError } from '../../lambdas/core/errors.ts';
import { sqsRecord } from '../builders/ports.ts';

const RECORDS: readonly SQSRecord[] = ['a', 'b', 'c'].map((id) => sqsRecord('', 1, id));
const FAULT = new Error('the ledger is away');
const HELD = new LeaseHeldError('dlv_1', 0);

afterEach(() => vi.restoreAllMocks());

/** How many faults were counted. */
function counting(): () => number {
  vi.spyOn(console, 'error').mockReturnValue();
  vi.spyOn(console, 'info').mockReturnValue();
  let faults = 0;
  vi.spyOn(metrics, 'count').mockImplementation((_name, _place, value = 1) => {
    faults += value;
  });
  return () => faults;
}

it.each([
  ['nothing', [], 0],
  ['faults', [{ messageId: 'b', error: FAULT }], 1],
  ['no lease that is held elsewhere', [{ messageId: 'b', error: HELD }], 0],
])('of a batch it counts %s, and names what comes back', async (_, failed, count) => {
  const faults = counting();
  const answer = await answerBatch('dispatch', RECORDS, async () => failed);
  expect(answer.batchItemFailures).toEqual(failed.map(() => ({ itemIdentifier: 'b' })));
  expect(faults()).toBe(count);
});

// Regression: the metric, and the alarm on it, were silent while every batch failed.
it('counts every message of a batch that fails as a whole', async () => {
  const faults = counting();
  await expect(answerBatch('fan-out', RECORDS, () => Promise.reject(FAULT))).rejects.toBe(FAULT);
  expect(faults()).toBe(3);
});

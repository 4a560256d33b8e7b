// Retries that come together share a call, and each sender learns what became of its own.
import { describe, expect, it } from 'vitest';
import type { DelayedMessage } from '../../lambdas/core/deliveries/message.ts';
import { shareRetries } from '../../lambdas/dispatch/shared-retries.ts';

function retry(eventId: string): DelayedMessage {
  return {
    message: {
      eventId,
      endpointId: 'ep_1',
      tenant: 'acme',
      environment: 'live',
      run: 1,
      attempt: 2,
      cause: 'curve',
      doubtful: true,
    },
    delaySeconds: 60,
  };
}

describe('retries of side-by-side deliveries', () => {
  it('share a call, in their order', async () => {
    const calls: string[][] = [];
    const send = shareRetries({
      sendRetries: async (messages) => {
        calls.push(messages.map(({ message }) => message.eventId));
        return new Set();
      },
    });
    await Promise.all([send([retry('a')]), send([retry('b'), retry('c')]), send([retry('d')])]);
    expect(calls).toEqual([['a', 'b', 'c', 'd']]);
  });

  it('are told apart where SQS refuses some', async () => {
    const send = shareRetries({ sendRetries: async () => new Set([2]) });
    const results = await Promise.all([
      send([retry('a')]),
      send([retry('b'), retry('c')]),
      send([retry('d')]),
    ]);
    expect(results.map((refused) => [...refused])).toEqual([[], [1], []]);
  });

  it('fail together where the call fails', async () => {
    const send = shareRetries({ sendRetries: () => Promise.reject(new Error('away')) });
    const results = await Promise.allSettled([send([retry('a')]), send([retry('b')])]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  it('do not wait for more once a call is full', async () => {
    const sizes: number[] = [];
    const send = shareRetries({
      sendRetries: async (messages) => {
        sizes.push(messages.length);
        return new Set();
      },
    });
    await Promise.all(Array.from({ length: 12 }, (_, index) => send([retry(String(index))])));
    expect(sizes).toEqual([10, 2]);
  });
});

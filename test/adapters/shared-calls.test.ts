// What comes together shares a call, and each sender learns what became of its own.
import { describe, expect, it } from 'vitest';
import { afterAMoment, oneAtATime, shareSends } from '../../lambdas/adapters/shared-calls.ts';
import type { DelayedMessage } from '../../lambdas/core/deliveries/message.ts';
import type { EventMessage } from '../../lambdas/core/events/message.ts';
import { anEvent } from '../builders/events.ts';

type SendRetries = (messages: readonly DelayedMessage[]) => Promise<ReadonlySet<number>>;
const shareRetries = ({ sendRetries }: { readonly sendRetries: SendRetries }): SendRetries =>
  shareSends(sendRetries, afterAMoment(10));

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

const of = (...ids: string[]): EventMessage[] =>
  ids.map((id) => ({ event: anEvent({ id }), mayRepeat: false }));

/** A queue whose calls end when they are told to. */
function queue() {
  const calls: { ids: string[]; end(refused?: string[]): void; fail(error: Error): void }[] = [];
  const sendEvents = shareSends(
    (messages: readonly EventMessage[]) =>
      new Promise<ReadonlySet<number>>((resolve, fail) => {
        const ids = messages.map(({ event }) => event.id);
        const end = (refused: string[] = []) =>
          resolve(new Set(refused.map((id) => ids.indexOf(id))));
        calls.push({ ids, end, fail });
      }),
    oneAtATime,
  );
  return { calls, sendEvents };
}
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('requests that are served at the same time', () => {
  it('share the next call while one is under way; a lone one goes at once', async () => {
    const { calls, sendEvents } = queue();
    const sent = [sendEvents(of('a')), sendEvents(of('b', 'c')), sendEvents(of('d'))];
    expect(calls.map(({ ids }) => ids)).toEqual([['a']]);
    calls[0]?.end();
    await turn();
    expect(calls.map(({ ids }) => ids)).toEqual([['a'], ['b', 'c', 'd']]);
    calls[1]?.end(['c', 'd']);
    expect(await Promise.all(sent)).toEqual([new Set(), new Set([1]), new Set([0])]);
    const later = sendEvents(of('e'));
    await turn();
    calls[2]?.end();
    expect(await later).toEqual(new Set());
  });

  it('wait for nothing where they have nothing to send', async () => {
    const { calls, sendEvents } = queue();
    const sent = [sendEvents([]), sendEvents(of('a')), sendEvents([])];
    expect(await sent[0]).toEqual(new Set());
    expect(await sent[2]).toEqual(new Set());
    expect(calls.map(({ ids }) => ids)).toEqual([['a']]);
    calls[0]?.end();
    expect(await sent[1]).toEqual(new Set());
  });

  it('are all told when their call fails, and no other is', async () => {
    const { calls, sendEvents } = queue();
    const sent = [sendEvents(of('a')), sendEvents(of('b')), sendEvents(of('c'))];
    const settled = Promise.allSettled(sent);
    calls[0]?.end();
    await turn();
    calls[1]?.fail(new Error('away'));
    await turn();
    expect((await settled).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    const later = sendEvents(of('d'));
    await turn();
    calls[2]?.end();
    expect(await later).toEqual(new Set());
  });
});

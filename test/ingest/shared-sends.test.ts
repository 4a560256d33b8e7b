import { describe, expect, it } from 'vitest';
import type { EventMessage } from '../../lambdas/core/events/message.ts';
import { shareSends } from '../../lambdas/ingest/shared-sends.ts';
import { anEvent } from '../builders/events.ts';

const of = (...ids: string[]): EventMessage[] =>
  ids.map((id) => ({ event: anEvent({ id }), mayRepeat: false }));

/** A queue whose calls end when they are told to. */
function queue() {
  const calls: { ids: string[]; end(refused?: string[]): void; fail(error: Error): void }[] = [];
  const sendEvents = shareSends({
    sendEvents: (messages) =>
      new Promise((resolve, fail) => {
        const ids = messages.map(({ event }) => event.id);
        const end = (refused: string[] = []) =>
          resolve(new Set(refused.map((id) => ids.indexOf(id))));
        calls.push({ ids, end, fail });
      }),
  });
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

import { expect, test, vi } from 'vitest';
import type { Subscriber } from '../../../lambdas/core/subscriptions/subscriber.ts';
import { targetsOf } from '../../../lambdas/core/subscriptions/targets.ts';

const event = { type: 'dossier.created', channels: ['eu'], data: '{"score": 85, "country": "DE"}' };
const all: Omit<Subscriber, 'id'> = { eventTypes: [], channels: [] };
const risky = { score: [{ numeric: ['>', 80] }] };

test('an event goes to those whose patterns, channels and filter it passes, in their order', () => {
  const subscribers: Subscriber[] = [
    { ...all, id: 'no filter' },
    { ...all, id: 'passes', filter: risky },
    { ...all, id: 'fails', filter: { country: ['AT'] } },
    { ...all, id: 'other type', eventTypes: ['decision.*'], filter: risky },
    { ...all, id: 'other channel', channels: ['us'], filter: risky },
    { id: 'all three', eventTypes: ['dossier.*'], channels: ['eu'], filter: risky },
  ];
  expect(targetsOf(event, subscribers).wanting.map(({ id }) => id)).toEqual([
    'no filter',
    'passes',
    'all three',
  ]);
});

test('the data is not parsed unless someone that is left has a filter, and then once', () => {
  const parse = vi.spyOn(JSON, 'parse');
  try {
    targetsOf(event, [
      { ...all, id: '1' },
      { ...all, id: '2', eventTypes: ['x'], filter: risky },
    ]);
    expect(parse).not.toHaveBeenCalled();
    targetsOf(event, [
      { ...all, id: '1', filter: risky },
      { ...all, id: '2', filter: risky },
    ]);
    expect(parse).toHaveBeenCalledTimes(1);
  } finally {
    parse.mockRestore();
  }
});

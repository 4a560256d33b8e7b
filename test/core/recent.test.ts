import { describe, expect, it } from 'vitest';
import { memoized, Recent } from '../../lambdas/core/recent.ts';

describe('what was looked up a moment ago', () => {
  it('is good for its time, counted from when it was set', () => {
    const recent = new Recent<string>({ maxEntries: 10, keptMs: 1_000 });
    recent.set('a', 'one', 500);
    expect(recent.get('a', 1_499)).toBe('one');
    expect(recent.get('a', 1_500)).toBeUndefined();
    expect(recent.latest('a')).toBe('one');
  });

  it('makes room entry by entry, the one set first going first', () => {
    const recent = new Recent<number>({ maxEntries: 3 });
    for (const [key, value] of Object.entries({ a: 1, b: 2, c: 3 })) recent.set(key, value, 0);
    recent.set('a', 4, 0);
    recent.set('d', 5, 0);
    expect(['a', 'b', 'c', 'd'].map((key) => recent.get(key, 0))).toEqual([4, undefined, 3, 5]);
    expect(recent.size).toBe(3);
  });

  it('is loaded once for all who ask at the same time', async () => {
    const recent = new Recent<number>({ maxEntries: 10, keptMs: 1_000 });
    let loads = 0;
    const load = async () => ++loads;
    expect(await Promise.all([recent.read('a', 0, load), recent.read('a', 0, load)])).toEqual([
      1, 1,
    ]);
    expect(await recent.read('a', 999, load)).toBe(1);
    expect(await recent.read('a', 1_000, load)).toBe(2);
  });

  it('that was forgotten is loaded anew, whatever is under way', async () => {
    const recent = new Recent<string>({ maxEntries: 10 });
    const old = recent.read('a', 0, async () => 'old');
    recent.delete('a');
    expect(await Promise.all([recent.read('a', 0, async () => 'new'), old])).toEqual([
      'new',
      'old',
    ]);
    expect(recent.get('a', 0)).toBe('new');
  });

  it('is not kept if its load failed', async () => {
    const recent = new Recent<number>({ maxEntries: 10 });
    await expect(recent.read('a', 0, () => Promise.reject(new Error('away')))).rejects.toThrow(
      'away',
    );
    expect(await recent.read('a', 0, async () => 7)).toBe(7);
  });
});

describe('what is memoized', () => {
  it('is made once for each of the latest keys', () => {
    const made: string[] = [];
    const upper = memoized(2, (key) => {
      made.push(key);
      return key.toUpperCase();
    });
    expect(['a', 'b', 'a', 'c', 'b', 'a'].map(upper)).toEqual(['A', 'B', 'A', 'C', 'B', 'A']);
    expect(made).toEqual(['a', 'b', 'c', 'a']);
  });
});

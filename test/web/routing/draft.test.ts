import { describe, expect, it } from 'vitest';
import {
  type DraftRule,
  draftOf,
  faultsOf,
  moved,
  writtenRules,
} from '../../../web/src/routing/draft.ts';

const rule = (key: number, changes: Partial<DraftRule> = {}): DraftRule => ({
  key,
  when: '{}',
  channels: '',
  isLast: false,
  ...changes,
});

describe('rules that are edited', () => {
  it('are written as they were read', () => {
    const rules = [
      { when: { country: ['DE'] }, set: { channels: ['region:eu', 'review'] }, stop: true },
      { when: { a: [1] }, set: { channels: [] } },
    ];
    expect(JSON.parse(writtenRules(rules.map(draftOf)) ?? '')).toEqual(rules);
  });

  it('keep a condition as it was typed', () => {
    const when = '{"n": [{"numeric": [">", 12.50]}]}';
    expect(writtenRules([rule(0, { when })])).toBe(`[{"when":${when},"set":{"channels":[]}}]`);
  });

  it.each([
    [{ when: '{' }, 'when'],
    [{ channels: 'a, b, c, d, e, f' }, 'channels'],
    [{ channels: 'a b a' }, 'channels'],
  ])('%j is not sent', (changes, where) => {
    const wrong = rule(1, changes);
    expect(Object.keys(faultsOf(wrong))).toEqual([where]);
    expect(writtenRules([rule(0), wrong])).toBeUndefined();
  });

  it('change places, and stay where there is no other', () => {
    const all = [rule(0), rule(1), rule(2)];
    const keys = (rules: readonly DraftRule[]) => rules.map(({ key }) => key);
    expect(keys(moved(all, 2, -1))).toEqual([0, 2, 1]);
    expect(keys(moved(all, 0, 1))).toEqual([1, 0, 2]);
    expect(moved(all, 0, -1)).toBe(all);
    expect(moved(all, 2, 1)).toBe(all);
  });
});

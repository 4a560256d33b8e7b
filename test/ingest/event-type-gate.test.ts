import { describe, expect, it } from 'vitest';
import type { EventType } from '../../lambdas/core/event-types/event-type.ts';
import { settingsSchema } from '../../lambdas/core/settings.ts';
import { createEventTypeGate, requestSteps } from '../../lambdas/ingest/event-type-gate.ts';
import { fixedSurroundings } from '../builders/ports.ts';

function world(unknownEventTypes: 'accept' | 'refuse' = 'accept') {
  const surroundings = fixedSurroundings();
  const types = new Map<string, EventType>();
  const reads: string[] = [];
  const state: { version: number | undefined; fails: boolean } = {
    version: undefined,
    fails: false,
  };
  const over = { count: 0 };
  const gate = createEventTypeGate({
    reportOverBudget: () => {
      over.count++;
    },
    surroundings,
    settings: settingsSchema.parse({ unknownEventTypes }),
    eventTypes: {
      async catalogueVersion() {
        reads.push('version');
        if (state.fails) throw new Error('no answer');
        return state.version?.toString();
      },
      async getEventType(name) {
        reads.push(name);
        return types.get(name);
      },
    },
  });
  return {
    surroundings,
    reads,
    over,
    gate,
    judge: (type: string, data: unknown) => gate(type, data, requestSteps()),
    state,
    put(name: string, changes: Partial<EventType> = {}) {
      const schema = { type: 'object', required: ['id'] };
      types.set(name, {
        name,
        description: '',
        schema,
        onMismatch: 'refuse',
        isPublic: false,
        createdAtMs: 0,
        updatedAtMs: 0,
        ...changes,
      });
      state.version = (state.version ?? 0) + 1;
    },
  };
}

describe('the gate of event types', () => {
  it('reads one item every few seconds while the catalogue is empty', async () => {
    const { judge, reads, surroundings } = world();
    const types = Array.from({ length: 100 }, (_, index) => `type.${index}`);
    await Promise.all(types.map((type) => judge(type, {})));
    await judge('other', {});
    expect(reads).toEqual(['version']);
    surroundings.nowMs += 3_000;
    await judge('other', {});
    expect(reads).toEqual(['version', 'version']);
  });

  it('refuses data that does not fit, below /data, and reads a type once', async () => {
    const { judge, put, reads } = world();
    put('strict');
    expect(await judge('strict', {})).toEqual([{ path: '/data/id', message: 'is missing' }]);
    expect(await judge('strict', { id: 1 })).toEqual([]);
    expect(reads).toEqual(['version', 'strict']);
  });

  it('refuses what takes too long to check, and counts it', async () => {
    const { judge, put, over } = world();
    put('strict', { schema: { properties: { a: { uniqueItems: true } } } });
    expect(await judge('strict', { a: [1, 2] })).toEqual([]);
    const large = { a: Array.from({ length: 1_200_000 }, (_, n) => n) };
    expect(await judge('strict', large)).toEqual([
      { path: '/data', message: 'takes more steps to check than an event may take' },
    ]);
    expect(over.count).toBe(1);
  });

  it('lets the events of one request share what they take, but for a little of each', async () => {
    const { gate, put, over } = world();
    put('strict', { schema: { properties: { a: { uniqueItems: true } } } });
    const steps = requestSteps();
    const large = { a: Array.from({ length: 90_000 }, (_, n) => n) };
    expect(await gate('strict', large, steps)).toEqual([]);
    expect(await gate('strict', large, steps)).not.toEqual([]);
    expect(await gate('strict', { a: [1, 2, 3] }, steps)).toEqual([]);
    expect(over.count).toBe(1);
  });

  it('accepts what does not fit where that was chosen, and types that nobody put', async () => {
    const { judge, put } = world();
    put('lenient', { onMismatch: 'accept' });
    expect(await judge('lenient', {})).toEqual([]);
    expect(await judge('unknown', {})).toEqual([]);
  });

  it('refuses types that nobody put, if the operator wants it, also while there are none', async () => {
    const { judge, put, surroundings } = world('refuse');
    const refusal = [{ path: '/type', message: 'is not in the catalogue of event types' }];
    expect(await judge('unknown', {})).toEqual(refusal);
    put('known', { onMismatch: 'accept' });
    surroundings.nowMs += 3_000;
    expect(await judge('known', {})).toEqual([]);
    expect(await judge('unknown', {})).toEqual(refusal);
  });

  it('follows a change within seconds', async () => {
    const { judge, put, surroundings } = world();
    put('type', { onMismatch: 'accept' });
    expect(await judge('type', {})).toEqual([]);
    put('type');
    surroundings.nowMs += 2_999;
    expect(await judge('type', {})).toEqual([]);
    surroundings.nowMs += 1;
    expect(await judge('type', {})).toHaveLength(1);
  });

  it('asks again after a read that failed', async () => {
    const { judge, put, state } = world();
    put('strict');
    state.fails = true;
    await expect(judge('strict', {})).rejects.toThrow('no answer');
    state.fails = false;
    expect(await judge('strict', {})).toHaveLength(1);
  });
});

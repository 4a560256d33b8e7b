import { describe, expect, it } from 'vitest';
import type { DedupeEntry } from '../../lambdas/core/events/ledger.ts';
import type { EventMessage } from '../../lambdas/core/events/message.ts';
import { Problem } from '../../lambdas/core/problem.ts';
import { scopeKey } from '../../lambdas/core/scope.ts';
import { accept, type Candidate } from '../../lambdas/ingest/accept.ts';
import { fixedSurroundings } from '../builders/ports.ts';

const SCOPE = { tenant: 'acme', environment: 'live' } as const;

function candidate(changes: Partial<Candidate> = {}): Candidate {
  return {
    scope: SCOPE,
    input: { type: 'dossier.created', data: {} },
    data: '{}',
    idempotencyKey: undefined,
    ...changes,
  };
}

function world(isRefused: (message: EventMessage) => boolean = () => false) {
  const entries = new Map<string, DedupeEntry>();
  const sent: EventMessage[] = [];
  const ports = {
    ledger: {
      async reserve(scope: Candidate['scope'], key: string, entry: DedupeEntry) {
        const place = `${scopeKey(scope)} ${key}`;
        const found = entries.get(place) ?? entry;
        entries.set(place, found);
        return found;
      },
    },
    queues: {
      async sendEvents(messages: readonly EventMessage[]) {
        const refused = new Set<number>();
        messages.forEach((message, index) => {
          if (isRefused(message)) refused.add(index);
          else sent.push(message);
        });
        return refused;
      },
    },
    surroundings: fixedSurroundings(),
  };
  return { ports, sent, entries };
}

const outline = (results: Awaited<ReturnType<typeof accept>>) =>
  results.map((result) => (result instanceof Problem ? result.status : result.duplicate));

describe('accepting', () => {
  it('gives each event a salt of its own', async () => {
    const { ports, sent } = world();
    let drawn = 0;
    const random = (bytes: number) => new Uint8Array(bytes).fill(++drawn);
    const surroundings = { ...ports.surroundings, random };
    await accept({ ...ports, surroundings }, [candidate(), candidate()]);
    const salts = sent.map(({ event }) => Buffer.from(event.salt ?? []).toString('hex'));
    expect(salts.map(({ length }) => length)).toEqual([32, 32]);
    expect(new Set(salts).size).toBe(2);
  });

  it.each([
    [86_400_000, false],
    [86_400_001, 422],
    [Date.UTC(9998, 0), 422],
    [-1e12, false],
  ] as const)('an event that occurs in %i ms, at most a day ahead', async (aheadMs, expected) => {
    const { ports, sent, entries } = world();
    const occurredAt = new Date(Math.min(ports.surroundings.now() + aheadMs, 8e14)).toISOString();
    const input = { type: 'dossier.created', data: {}, occurredAt };
    const mixed = [candidate({ input, idempotencyKey: 'one' }), candidate()];
    const results = await accept(ports, mixed);
    expect(outline(results)).toEqual([expected, false]);
    expect([sent.length, entries.size]).toEqual(expected === 422 ? [1, 0] : [2, 1]);
  });

  it('names a fault by its place in the body, of an event of a batch too', async () => {
    const { ports } = world();
    const tomorrow = new Date(ports.surroundings.now() + 90_000_000).toISOString();
    const late = { type: 'a', data: {}, occurredAt: tomorrow };
    await accept(ports, [candidate({ idempotencyKey: 'used' })]);
    const results = await accept(ports, [
      candidate({ idempotencyKey: 'used', data: '{"n":1}' }),
      candidate({ idempotencyKey: 'used', data: '{"n":1}', path: '/events/3' }),
      candidate({ input: late }),
      candidate({ input: late, path: '/events/5' }),
    ]);
    const paths = results.map((result) => result instanceof Problem && result.faults[0]?.path);
    expect(paths).toEqual([
      'Idempotency-Key',
      '/events/3/idempotencyKey',
      '/occurredAt',
      '/events/5/occurredAt',
    ]);
  });

  it('gives every event an id of its own, at its place', async () => {
    const { ports, sent } = world();
    const results = await accept(ports, [candidate(), candidate(), candidate()]);
    expect(outline(results)).toEqual([false, false, false]);
    expect(results.map((result) => 'id' in result && result.id)).toEqual(
      sent.map(({ event }) => event.id),
    );
    expect(new Set(sent.map(({ event }) => event.id)).size).toBe(3);
  });

  it('answers 503, to be sent again, for exactly those that SQS did not take', async () => {
    const { ports } = world(({ event }) => event.subject === 'refused');
    const refused = candidate({ input: { type: 'a', data: {}, subject: 'refused' } });
    const results = await accept(ports, [candidate(), refused, candidate()]);
    expect(outline(results)).toEqual([false, 503, false]);
    expect(results[1]).toMatchObject({ headers: { 'Retry-After': '1' } });
  });

  it('puts refusals at their places although conflicts before them were not sent', async () => {
    const { ports } = world(({ event }) => event.subject === 'refused');
    const results = await accept(ports, [
      candidate({ idempotencyKey: 'k' }),
      candidate({ idempotencyKey: 'k', data: '{"a":1}' }),
      candidate({ input: { type: 'a', data: {}, subject: 'refused' } }),
      candidate(),
    ]);
    expect(outline(results)).toEqual([false, 409, 503, false]);
  });

  it('sends a repeat again under the first one’s id and time, marked as one', async () => {
    const { ports, sent } = world();
    const [first] = await accept(ports, [candidate({ idempotencyKey: 'k' })]);
    const firstAtMs = ports.surroundings.nowMs;
    ports.surroundings.nowMs += 60_000;
    const [second] = await accept(ports, [candidate({ idempotencyKey: 'k' })]);
    expect(first).toMatchObject({ duplicate: false });
    expect(second).toEqual({ id: first && 'id' in first ? first.id : '', duplicate: true });
    expect(sent.map(({ mayRepeat }) => mayRepeat)).toEqual([true, true]);
    expect(sent.map(({ event }) => event.acceptedAtMs)).toEqual([firstAtMs, firstAtMs]);
  });

  it('after a crash between reserving and sending loses nothing: the repeat is sent', async () => {
    const down = world(() => true);
    expect(outline(await accept(down.ports, [candidate({ idempotencyKey: 'k' })]))).toEqual([503]);
    const up = world();
    const ports = { ...up.ports, ledger: down.ports.ledger, surroundings: down.ports.surroundings };
    expect(outline(await accept(ports, [candidate({ idempotencyKey: 'k' })]))).toEqual([true]);
    expect(up.sent).toHaveLength(1);
  });

  it('counts white space in data as another body, and nothing around it', async () => {
    const { ports } = world();
    const results = await accept(ports, [
      candidate({ idempotencyKey: 'k', data: '{"a":1}' }),
      candidate({ idempotencyKey: 'k', data: '{"a":1}' }),
      candidate({ idempotencyKey: 'k', data: '{"a": 1}' }),
      candidate({ idempotencyKey: 'k', data: '{"a":1}', input: { type: 'other', data: {} } }),
    ]);
    expect(outline(results)).toEqual([false, true, 409, 409]);
  });

  it('keeps keys of other tenants and environments apart', async () => {
    const { ports } = world();
    const results = await accept(ports, [
      candidate({ idempotencyKey: 'k', data: '{"a":1}' }),
      candidate({ idempotencyKey: 'k', data: '{"a":2}', scope: { ...SCOPE, environment: 'test' } }),
      candidate({ idempotencyKey: 'k', data: '{"a":3}', scope: { ...SCOPE, tenant: 'umbrella' } }),
    ]);
    expect(outline(results)).toEqual([false, false, false]);
  });
});

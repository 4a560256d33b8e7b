// The limits of docs/threat-model.md that are limits of size: as much is taken, and one more is refused.
import { describe, expect, it, test } from 'vitest';
import type { ZodType } from 'zod';
import { endpointFilterSchema } from '../../lambdas/api/endpoints/filter.ts';
import { limitShape, MAX_LIMIT } from '../../lambdas/api/listing/query.ts';
import { endpointInputSchema } from '../../lambdas/core/endpoints/endpoint.ts';
import { eventTypeInputSchema } from '../../lambdas/core/event-types/event-type.ts';
import {
  eventInputSchema,
  idempotencyKeySchema,
  MAX_EVENT_TYPE_LENGTH,
} from '../../lambdas/core/events/event.ts';
import { parseTraceContext } from '../../lambdas/core/events/trace-context.ts';
import { MAX_RETRIES } from '../../lambdas/core/retries/delays.ts';
import { MAX_PATTERNS } from '../../lambdas/core/subscriptions/patterns.ts';
import { templateNameSchema } from '../../lambdas/core/templates/input.ts';
import { list, members } from './attacks/parts.ts';

const endpoint = endpointInputSchema({
  allowHttp: false,
  allowPrivate: false,
  allowedPorts: [443],
});
const endpointWith = (setting: object) => ({ url: 'https://acme.io', ...setting });
const event = (changes: object) => ({ type: 'a', data: {}, ...changes });

describe.each<[name: string, schema: ZodType, most: number, of: (size: number) => unknown]>([
  [
    'type of an event',
    eventInputSchema,
    MAX_EVENT_TYPE_LENGTH,
    (n) => event({ type: 'a'.repeat(n) }),
  ],
  [
    'channels of an event',
    eventInputSchema,
    5,
    (n) => event({ channels: list(n, (c) => `c${c}`) }),
  ],
  ['idempotency key', idempotencyKeySchema, 255, (n) => 'k'.repeat(n)],
  [
    'patterns',
    endpoint,
    MAX_PATTERNS,
    (n) => endpointWith({ eventTypes: list(n, (p) => `p${p}`) }),
  ],
  [
    'channels of an endpoint',
    endpoint,
    20,
    (n) => endpointWith({ channels: list(n, (c) => `c${c}`) }),
  ],
  ['headers', endpoint, 20, (n) => endpointWith({ headers: members(n, (h) => [`X-${h}`, 'x']) })],
  ['name of a header', endpoint, 128, (n) => endpointWith({ headers: { ['x'.repeat(n)]: 'x' } })],
  ['value of a header', endpoint, 4_096, (n) => endpointWith({ headers: { x: 'x'.repeat(n) } })],
  [
    'authentication headers',
    endpoint,
    3,
    (n) =>
      endpointWith({
        authentication: list(n, (a) => ({ type: 'header', name: `X-${a}`, value: 'x' })),
      }),
  ],
  [
    'retries',
    endpoint,
    MAX_RETRIES,
    (n) => endpointWith({ retryPolicy: { steps: [{ count: n, seconds: 1 }] } }),
  ],
  ['schema', eventTypeInputSchema, 32 * 1024, (n) => ({ schema: { title: 'a'.repeat(n - 12) } })],
  ['example', eventTypeInputSchema, 32 * 1024, (n) => ({ example: { a: 'a'.repeat(n - 8) } })],
  ['name of a template', templateNameSchema, 64, (n) => 'a'.repeat(n)],
  ['ids in a filter', endpointFilterSchema, 100, (n) => ({ ids: list(n, (id) => `ep_${id}`) })],
  ['page', limitShape.limit, MAX_LIMIT, (n) => String(n)],
])('%s', (_, schema, most, of) => {
  it(`of ${most} is taken, and one more is not`, () => {
    expect(schema.safeParse(of(most)).error).toBeUndefined();
    expect(schema.safeParse(of(most + 1)).success).toBe(false);
  });
});

test('a trace state of 512 characters and 32 members is passed on, and no longer one', () => {
  const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const stateOf = (state: string) => parseTraceContext(parent, state)?.state;
  const long = (length: number) =>
    [`a=${'x'.repeat(248)}`, `b=${'x'.repeat(248)}`, `c=${'x'.repeat(length - 504)}`].join();
  const many = (count: number) => list(count, (n) => `k${n}=1`).join();
  expect(stateOf(long(512))).toHaveLength(512);
  expect(stateOf(many(32))).toBeDefined();
  expect([stateOf(long(513)), stateOf(many(33))]).toEqual([undefined, undefined]);
});

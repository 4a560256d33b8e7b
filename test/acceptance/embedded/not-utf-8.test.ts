// Bodies that are not UTF-8. API Gateway may hand them on as text with replacement characters in it, which
// is valid: see docs/embedded-runtime.md. Here they reach the functions as they are.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectProblem, newTenant, type TestTenant } from '../client.ts';
import { startEmbedded } from '../embedded-target.ts';
import type { Target } from '../target.ts';

let target: Target;
let tenant: TestTenant;

beforeAll(async () => {
  target = await startEmbedded();
  tenant = await newTenant(target);
}, 90_000);
afterAll(() => target?.remove());

const bytes = (...parts: (string | number[])[]) =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string)));

describe('a body that is not UTF-8', () => {
  it.each([
    ['one byte', '', bytes('{"type":"sound","data":{"a":"', [0xc3, 0x28], '"}}')],
    ['Latin-1', '', bytes('{"type":"sound","data":{"a":"Zo', [0xeb], '"}}')],
    ['in a batch', '/batch', bytes('{"events":[{"type":"', [0xff], '"}]}')],
  ])('is refused, and nothing of it is kept: %s', async (_, path, body) => {
    expectProblem(await tenant.call('POST', `/v1/events${path}`, { body }), 400, []);
    expect((await tenant.call('GET', '/v1/events')).body.data).toEqual([]);
  });
});

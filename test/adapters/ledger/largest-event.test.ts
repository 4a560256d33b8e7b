// An event that every endpoint of the largest tenant gets must fit into one item: DynamoDB refuses 400 KB, and with it the
// whole batch, after the producer got its 202.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MAX_ENDPOINTS } from '../../../lambdas/core/edge/settings.ts';
import { MAX_EVENT_BYTES } from '../../../lambdas/core/events/event.ts';
import { createId } from '../../../lambdas/core/identifiers.ts';
import { type ApiService, startApiService } from '../../builders/api-service.ts';
import { anEvent } from '../../builders/events.ts';

let service: ApiService;
beforeAll(async () => {
  service = await startApiService();
});
afterAll(() => service?.stop());

const targets = (count: number) =>
  Array.from({ length: count }, (_, n) => createId('ep', n, Buffer.alloc(10, n % 256)));
/** Data that does not deflate, as one text. */
const data = `{"d":"${randomBytes(MAX_EVENT_BYTES)
  .toString('base64')
  .slice(0, MAX_EVENT_BYTES - 8)}"}`;

it.each([
  ['in the clear', anEvent({ data })],
  ['sealed', anEvent({ data: '{}', sealedContent: randomBytes(MAX_EVENT_BYTES + 1_024) })],
])(
  'an event of the largest data, %s, is stored with as many targets as a tenant may have',
  async (_, event) => {
    const id = createId('evt', Date.now(), randomBytes(10));
    const stored = await service.ledger.putEventOnce({
      event: { ...event, id, subject: 's'.repeat(256), channels: Array(20).fill('c'.repeat(64)) },
      targets: targets(MAX_ENDPOINTS),
    });
    expect(stored.targets).toHaveLength(MAX_ENDPOINTS);
  },
);

it('with many more it would be refused', async () => {
  const id = createId('evt', Date.now(), randomBytes(10));
  const event = { ...anEvent(), id, sealedContent: randomBytes(MAX_EVENT_BYTES) };
  const large = { event, targets: targets(MAX_ENDPOINTS + 1_200) };
  await expect(service.ledger.putEventOnce(large)).rejects.toThrow(/size/);
});

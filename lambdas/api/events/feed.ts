// GET /v1/endpoints/{id}/events: the polling feed, for receivers that cannot be called or missed calls.
import * as z from 'zod';
import type { EndpointStore } from '../../core/endpoints/store.ts';
import { horizonOf, isPlace, startOf } from '../../core/events/feed.ts';
import type { EventLedger, StoredEvent } from '../../core/events/ledger.ts';
import { deliveryIdOf, idempotencyKeyOf } from '../../core/identifiers.ts';
import { instantMs, instantSchema } from '../../core/instant.ts';
import { Problem } from '../../core/problem.ts';
import type { Settings } from '../../core/settings.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import { refused } from '../../http/body.ts';
import { operation, type Serve } from '../../http/operation.ts';
import { deliveryExample } from '../deliveries/view.ts';
import { cursorOf, cursorParameter, limitShape } from '../listing/query.ts';
import { NO_ENDPOINT, requireLiveEndpoint } from '../lookups.ts';
import { deliveryIdSchema, idParams } from '../schemas.ts';
import { dataExample, eventDataSchema, eventExample, eventShape, eventView } from './view.ts';

/** A function's answer holds 6 MB, in which each quotation mark counts twice. */
const MAX_PAGE_BYTES = 2_500_000;

const polledEventSchema = z
  .strictObject({
    ...eventShape,
    delivery: deliveryIdSchema,
    idempotencyKey: z.string().meta({
      description:
        'The idempotency key that pushed requests of this delivery carry, if their contract has one.',
    }),
    data: eventDataSchema,
  })
  .meta({ id: 'PolledEvent' });
const feedSchema = z
  .strictObject({
    data: z.array(polledEventSchema),
    next: z
      .string()
      .meta({ description: 'Always present: send it as `after` with the next request.' }),
    more: z.boolean().meta({ description: 'Whether more entries can be read now.' }),
  })
  .meta({
    id: 'EventFeed',
    example: {
      data: [
        {
          ...eventExample,
          data: dataExample,
          delivery: deliveryExample.id,
          idempotencyKey: 'wh_4hGkz0CSjRD1W0uOZkzAq2yB',
        },
      ],
      next: 'MTc2OTg1MTgwMDAwMCNldnRfMDFrZzl2aHE1cGZoOXR6NGRnNWNraHN2aG0',
      more: false,
    },
  });

export const pollEvents = operation({
  id: 'pollEndpointEvents',
  method: 'get',
  path: '/v1/endpoints/{id}/events',
  tag: 'Endpoints',
  summary: 'Fetch the events of an endpoint with `polling`',
  description:
    'Returns entries in the order in which they were stored, each at least once. Entries appear some seconds late, so that none is ever skipped.',
  access: 'events:read',
  session: 'refused',
  params: idParams('ep'),
  query: z.strictObject({
    after: cursorParameter(isPlace).optional(),
    since: instantSchema.optional(),
    ...limitShape,
  }),
  replies: { 200: { description: 'A page of the feed.', schema: feedSchema } },
  problems: {
    404: NO_ENDPOINT,
    409: 'The endpoint does not have `polling`.',
  },
});

interface PollingPorts {
  readonly registry: Pick<EndpointStore, 'getEndpoint'>;
  readonly ledger: Pick<EventLedger, 'readFeed' | 'getEvents'>;
  readonly surroundings: Pick<Surroundings, 'now'>;
  readonly settings: Pick<Settings, 'feedLagSeconds'>;
}

export function addPollingRoute(
  serve: Serve,
  { registry, ledger, surroundings, settings }: PollingPorts,
): void {
  serve(pollEvents, async ({ c, scope, params, query }) => {
    const { after, since, limit } = query;
    if (after !== undefined && since !== undefined) {
      throw refused([{ path: 'since', message: 'cannot be combined with after' }]);
    }
    const endpoint = await requireLiveEndpoint(registry, scope, params.id);
    if (!endpoint.polling) {
      throw new Problem(409, 'This endpoint has no feed: set its "polling" to true.');
    }
    const address = { ...scope, endpointId: endpoint.id };
    const from = after ?? startOf(since === undefined ? 0 : instantMs(since));
    const until = horizonOf(surroundings.now(), settings.feedLagSeconds * 1000);
    const page = await ledger.readFeed(address, from, until, limit);
    const events = await ledger.getEvents(page.entries);

    const shown: string[] = [];
    let bytes = 0;
    let next = from;
    for (const entry of page.entries) {
      const stored = events.get(entry.eventId);
      const text = stored && entryText(stored, endpoint.id);
      bytes += text === undefined ? 0 : Buffer.byteLength(text);
      if (shown.length > 0 && bytes > MAX_PAGE_BYTES) break;
      // What is gone after its time leaves a place without an entry.
      if (text !== undefined) shown.push(text);
      next = entry.place;
    }
    const more = page.more || next !== (page.entries.at(-1)?.place ?? from);
    const tail = JSON.stringify({ next: cursorOf(next), more }).slice(1);
    return c.body(`{"data":[${shown.join(',')}],${tail}`, 200, {
      'Content-Type': 'application/json',
    });
  });
}

/** With the data's exact bytes. */
function entryText({ event }: StoredEvent, endpointId: string): string {
  const delivery = deliveryIdOf(event.id, endpointId);
  const head = { ...eventView(event), delivery, idempotencyKey: idempotencyKeyOf(delivery) };
  return `${JSON.stringify(head).slice(0, -1)},"data":${event.data}}`;
}

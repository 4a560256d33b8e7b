// The operations of the ingest function, which serves them without these declarations. They share its
// schemas, and are declared here so that its bundle does not contain what only the document needs.
import * as z from 'zod';
import { idOf, problemSchema } from '../../lambdas/api/schemas.ts';
import {
  batchEventInputSchema,
  eventInputSchema,
  MAX_BATCH_BYTES,
  MAX_BATCH_EVENTS,
  MAX_EVENT_BYTES,
} from '../../lambdas/core/events/event.ts';
import { operation } from '../../lambdas/http/operation.ts';
import { batchSchema } from '../../lambdas/ingest/routes.ts';

const acceptedSchema = z
  .strictObject({
    id: idOf('evt'),
    duplicate: z.boolean().meta({
      description: 'Whether an earlier request with this idempotency key created the event.',
    }),
  })
  .meta({ id: 'Accepted' });
const accepted = { id: 'evt_01kg9vhq5pfh9tz4dg5ckhsvhm', duplicate: false };

const TRACE_HEADERS = {
  traceparent: 'W3C Trace Context, passed on to receivers. An invalid value is ignored.',
  tracestate: 'Passed on like `traceparent`, and only together with it.',
};

const exampleEvent = {
  type: 'dossier.created',
  subject: 'dossier-1',
  data: { dossier: 'd-1', amount: 1.5 },
};

export const postEvent = operation({
  id: 'postEvent',
  method: 'post',
  path: '/v1/events',
  tag: 'Events',
  summary: 'Send an event',
  description: 'The data is stored and delivered byte for byte as it was sent.',
  access: 'events:write',
  session: 'refused',
  headers: {
    'Idempotency-Key':
      'Requests with the same key and the same event within 7 days create only one event. 1 to 255 printable ASCII characters.',
    ...TRACE_HEADERS,
  },
  body: eventInputSchema.meta({ id: 'EventInput' }),
  bodyExample: exampleEvent,
  maxBodyBytes: MAX_EVENT_BYTES,
  replies: {
    202: {
      description: 'The event was accepted and queued.',
      schema: acceptedSchema,
      example: accepted,
    },
  },
  problems: {
    404: 'There is no such tenant.',
    409: 'The `Idempotency-Key` was used with another event.',
    503: 'The event could not be stored.',
  },
});

export const postEvents = operation({
  id: 'postEvents',
  method: 'post',
  path: '/v1/events/batch',
  tag: 'Events',
  summary: 'Send up to 100 events',
  description:
    'Each event is accepted or rejected independently. The results are in the order of the events.',
  access: 'events:write',
  session: 'refused',
  headers: TRACE_HEADERS,
  body: batchSchema,
  // An event that does not fit is a result, not a refusal of the batch.
  documentedBody: z
    .strictObject({
      events: z
        .array(batchEventInputSchema.meta({ id: 'BatchEventInput' }))
        .min(1)
        .max(MAX_BATCH_EVENTS),
    })
    .meta({ id: 'BatchInput' }),
  bodyExample: { events: [exampleEvent] },
  maxBodyBytes: MAX_BATCH_BYTES,
  replies: {
    202: {
      description: 'One result per event, in the order of the events.',
      schema: z.strictObject({
        results: z.array(z.union([acceptedSchema, z.strictObject({ error: problemSchema })])),
      }),
      example: { results: [accepted] },
    },
  },
});

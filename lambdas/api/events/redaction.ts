// POST /v1/events/{id}/redact: what is personal in an event goes for good, its skeleton stays.

import type { CleanupQueue } from '../../core/erasure/message.ts';
import {
  AGAIN_AFTER_SECONDS,
  type RedactionPorts,
  redactDeliveries,
} from '../../core/erasure/redaction.ts';
import { isId } from '../../core/identifiers.ts';
import { Problem } from '../../core/problem.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import { operation, type Serve } from '../../http/operation.ts';
import { type EventPorts, firstDeliveriesOf } from '../deliveries/of-event.ts';
import { deliveryExample } from '../deliveries/view.ts';
import { EXAMPLE, idParams } from '../schemas.ts';
import { eventExample, eventView, eventWithDeliveriesSchema, routingView } from './view.ts';

const NO_EVENT = 'There is no such event, or it is not stored yet';

const redacted = { subject: null, redactedAt: EXAMPLE.later };
const redactedExample = {
  ...eventExample,
  ...redacted,
  routing: null,
  deliveries: [{ ...deliveryExample, ...redacted, lastRequest: null, lastResponse: null }],
  deliveriesNext: null,
  data: null,
};

export const redactEvent = operation({
  id: 'redactEvent',
  method: 'post',
  path: '/v1/events/{id}/redact',
  tag: 'Events',
  summary: 'Remove an event’s personal data permanently',
  description:
    'Removes the event’s data and subject, and the last request and response of its deliveries. Ids, type, times and outcomes stay. Waiting deliveries are cancelled. Repeating the call is harmless.',
  access: 'events:redact',
  session: 'refused',
  params: idParams('evt'),
  replies: {
    200: {
      description: 'The redacted event.',
      schema: eventWithDeliveriesSchema,
      example: redactedExample,
    },
  },
  problems: {
    404: `${NO_EVENT}. The answer has \`Retry-After\`.`,
    503: 'The event is redacted, but the cleanup after deliveries in progress is not scheduled: send the request again.',
  },
});

interface RedactionRoutePorts extends RedactionPorts, Omit<EventPorts, 'ledger'> {
  readonly ledger: EventPorts['ledger'] & RedactionPorts['ledger'];
  readonly queues: CleanupQueue;
  readonly surroundings: Surroundings;
}

export function addRedactionRoute(serve: Serve, ports: RedactionRoutePorts): void {
  serve(redactEvent, async ({ scope, params: { id: eventId }, reply }) => {
    const nowMs = ports.surroundings.now();
    const ref = { ...scope, eventId };
    const stored = isId('evt', eventId) ? await ports.ledger.redactEvent(ref, nowMs) : undefined;
    if (!stored) {
      throw new Problem(404, `${NO_EVENT}.`, [], { 'Retry-After': '1' });
    }
    const cleanup = { kind: 'redaction', ...ref } as const;
    const refused = await ports.queues.sendCleanups(
      AGAIN_AFTER_SECONDS.map((delaySeconds) => ({ cleanup, delaySeconds })),
    );
    if (refused.size > 0) {
      throw new Problem(
        503,
        'The rest of the redaction could not be scheduled. Send the request again.',
        [],
        {
          'Retry-After': '1',
        },
      );
    }
    await redactDeliveries(ports, stored, nowMs);
    const shown = await firstDeliveriesOf(ports, scope, stored);
    return reply(200, {
      ...eventView(stored.event),
      routing: routingView(stored),
      ...shown,
      data: null,
    });
  });
}

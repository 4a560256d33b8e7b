// POST /v1/events/{id}/redact: what is personal in an event goes for good, its skeleton stays.
import { isId } from '../core/identifiers.ts';
import type { Queues, Surroundings } from '../core/ports.ts';
import { Problem } from '../core/problem.ts';
import { AGAIN_AFTER_SECONDS, type RedactionPorts, redactDeliveries } from '../core/redaction.ts';
import type { Application } from '../http/application.ts';
import { type Authentication, requireScope } from '../http/authentication.ts';
import { deliveriesOf, type EventPorts } from './events.ts';
import { eventView } from './views.ts';

export interface RedactionRoutePorts extends RedactionPorts, Omit<EventPorts, 'ledger'> {
  readonly ledger: EventPorts['ledger'] & RedactionPorts['ledger'];
  readonly queues: Pick<Queues, 'sendCleanups'>;
  readonly surroundings: Surroundings;
}

export function addRedactionRoute(
  app: Application,
  { authenticate, scopeOf }: Authentication,
  ports: RedactionRoutePorts,
): void {
  app.post('/v1/events/:id/redact', authenticate, async (c) => {
    requireScope(c, 'events:write');
    const scope = await scopeOf(c);
    const eventId = c.req.param('id');
    const nowMs = ports.surroundings.now();
    const ref = { ...scope, eventId };
    const stored = isId('evt', eventId) ? await ports.ledger.redactEvent(ref, nowMs) : undefined;
    if (!stored) {
      throw new Problem(404, 'There is no such event, or it is not stored yet.', [], {
        'Retry-After': '1',
      });
    }
    const cleanup = { kind: 'redaction', ...ref } as const;
    const refused = await ports.queues.sendCleanups(
      AGAIN_AFTER_SECONDS.map((delaySeconds) => ({ cleanup, delaySeconds })),
    );
    if (refused.size > 0) {
      throw new Problem(503, 'What is under way could not be provided for. Send it again.', [], {
        'Retry-After': '1',
      });
    }
    await redactDeliveries(ports, stored, nowMs);
    const deliveries = await deliveriesOf(ports, scope, [stored]);
    return c.json({ ...eventView(stored.event), deliveries, data: null });
  });
}

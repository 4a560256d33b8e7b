// GET /v1/subjects/{subject}/latest: the latest event of a subject.
import * as z from 'zod';
import { eventTypeSchema, subjectSchema } from '../../core/events/event.ts';
import type { EventLedger } from '../../core/events/ledger.ts';
import { Problem } from '../../core/problem.ts';
import { operation, type Serve } from '../../http/operation.ts';
import { dataExample, eventDataSchema, eventExample, eventShape, eventView } from './view.ts';

const latestSchema = z
  .strictObject({ ...eventShape, data: eventDataSchema })
  .meta({ id: 'EventWithData', example: { ...eventExample, data: dataExample } });

export const getLatest = operation({
  id: 'getLatestEvent',
  method: 'get',
  path: '/v1/subjects/{subject}/latest',
  tag: 'Events',
  summary: 'Read the latest event of a subject',
  description:
    'Returns the event with the latest `occurredAt`; an event without one counts by its time of acceptance. `type` limits this to one event type.',
  access: 'events:read',
  session: 'refused',
  params: z.strictObject({ subject: subjectSchema }),
  query: z.strictObject({ type: eventTypeSchema.optional() }),
  replies: { 200: { description: 'The event.', schema: latestSchema } },
  problems: { 404: 'There is no event with this subject, or it is not stored yet.' },
});

interface SubjectPorts {
  readonly ledger: Pick<EventLedger, 'findLatest' | 'getEvents'>;
}

export function addSubjectRoutes(serve: Serve, { ledger }: SubjectPorts): void {
  serve(getLatest, async ({ c, scope, params, query }) => {
    const eventId = await ledger.findLatest(scope, params.subject, query.type);
    const found =
      eventId === undefined ? undefined : await ledger.getEvents([{ ...scope, eventId }]);
    const stored = found?.get(eventId ?? '');
    if (!stored) {
      throw new Problem(404, 'There is no event with this subject, or it is not stored yet.', [], {
        'Retry-After': '1',
      });
    }
    const head = JSON.stringify(eventView(stored.event)).slice(0, -1);
    return c.body(`${head},"data":${stored.event.data}}`, 200, {
      'Content-Type': 'application/json',
    });
  });
}

// POST /v1/filters/test: whether a filter lets an event through, and if not, where it fails.
import * as z from 'zod';
import { dataSchema } from '../../core/events/event.ts';
import type { EventLedger } from '../../core/events/ledger.ts';
import { Problem } from '../../core/problem.ts';
import { within } from '../../core/steps.ts';
import { indexData } from '../../core/subscriptions/filter/data.ts';
import { failuresOf } from '../../core/subscriptions/filter/explanation.ts';
import { compileFilter, filterSchema } from '../../core/subscriptions/filter/filter.ts';
import { filterSteps, MAX_SUBSCRIBER_STEPS } from '../../core/subscriptions/targets.ts';
import { endpointsOf } from '../../http/admission.ts';
import { requireScope } from '../../http/authentication.ts';
import { operation, type Serve } from '../../http/operation.ts';
import { findEvent, NO_EVENT } from '../lookups.ts';
import { idOf } from '../schemas.ts';

/** What the largest event's data needs, and the filter beside it. */
const MAX_BODY_BYTES = 264 * 1024;

const OVER_BUDGET = `takes more than ${MAX_SUBSCRIBER_STEPS} steps with this data: such an event is not delivered`;

export const testFilter = operation({
  id: 'testFilter',
  method: 'post',
  path: '/v1/filters/test',
  tag: 'Endpoints',
  summary: 'Test a filter on data or on a stored event',
  description:
    'If the data does not match, `failures` lists the conditions of the filter that fail.',
  access: 'endpoints:read',
  session: 'filtered',
  body: z
    .strictObject({
      filter: filterSchema,
      data: dataSchema.optional(),
      event: idOf('evt').optional(),
    })
    .refine(
      ({ data, event }) => (data === undefined) !== (event === undefined),
      'must have either data or event',
    ),
  bodyExample: {
    filter: { risk: { score: [{ numeric: ['>', 80] }] } },
    data: { risk: { score: 75 } },
  },
  maxBodyBytes: MAX_BODY_BYTES,
  replies: {
    200: {
      description: 'Whether the data matches.',
      schema: z.strictObject({
        matches: z.boolean(),
        failures: z.array(
          z.strictObject({
            path: z.string().meta({ description: 'A JSON Pointer into the filter.' }),
            message: z.string(),
          }),
        ),
      }),
      example: {
        matches: false,
        failures: [{ path: '/risk/score', message: 'matches no value in the data' }],
      },
    },
  },
  problems: {
    403: 'Reading a stored event needs the scope events:read, and a session for all endpoints.',
    404: NO_EVENT,
  },
});

const NO_EVENTS = 'A session for certain endpoints tests filters on data, not on stored events.';

interface FilterTestPorts {
  readonly ledger: Pick<EventLedger, 'getEvents'>;
}

export function addFilterTestRoute(serve: Serve, { ledger }: FilterTestPorts): void {
  serve(testFilter, async ({ c, scope, body, reply }) => {
    let data: unknown = body.data;
    if (body.event !== undefined) {
      requireScope(c, 'events:read');
      // It would tell of data that none of the endpoints may get.
      if (endpointsOf(c)) throw new Problem(403, NO_EVENTS);
      const found = await findEvent(ledger, scope, body.event);
      if (!found) throw new Problem(404, NO_EVENT);
      data = JSON.parse(found.event.data);
    }
    const index = indexData(data);
    const failures = within(
      () => failuresOf(compileFilter(body.filter), index, filterSteps()),
      [{ path: '', message: OVER_BUDGET }],
    );
    return reply(200, { matches: failures.length === 0, failures });
  });
}

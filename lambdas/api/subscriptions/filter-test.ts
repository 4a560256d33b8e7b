// POST /v1/filters/test: whether a filter lets an event through, and if not, where it fails.
import * as z from 'zod';
import { channelSchema, dataSchema } from '../../core/events/event.ts';
import type { EventLedger } from '../../core/events/ledger.ts';
import { isReserved } from '../../core/events/reserved.ts';
import { Problem } from '../../core/problem.ts';
import { within } from '../../core/steps.ts';
import { indexData } from '../../core/subscriptions/filter/data.ts';
import { failuresOf } from '../../core/subscriptions/filter/explanation.ts';
import { compileFilter, filterSchema } from '../../core/subscriptions/filter/filter.ts';
import {
  explainedRouting,
  type RoutingStore,
  routingRulesSchema,
} from '../../core/subscriptions/routing.ts';
import {
  compiledFrom,
  filterSteps,
  MAX_SUBSCRIBER_STEPS,
  sharedSteps,
} from '../../core/subscriptions/targets.ts';
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
    'If the data does not match, `failures` lists the conditions of the filter that fail. `routing` has the channels that the routing rules give it, and what became of each rule.',
  access: 'endpoints:read',
  session: 'filtered',
  body: z
    .strictObject({
      filter: filterSchema.optional(),
      rules: routingRulesSchema
        .optional()
        .meta({ description: 'Routing rules to test instead of those that are kept.' }),
      channels: z
        .array(channelSchema)
        .max(5)
        .optional()
        .meta({ description: 'What the data is posted with.' }),
      data: dataSchema.optional(),
      event: idOf('evt').optional(),
    })
    .refine(
      ({ data, event }) => (data === undefined) !== (event === undefined),
      'must have either data or event',
    )
    .refine(({ filter, rules }) => filter !== undefined || rules !== undefined, {
      path: ['filter'],
      message: 'must be there, unless rules are',
    }),
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
        routing: z
          .strictObject({
            channels: z.array(z.string()),
            rules: z.array(
              z.strictObject({
                verdict: z.enum(['matches', 'fails', 'stopped']).meta({
                  description: '`stopped`: a rule before it matched, and stops.',
                }),
                failures: z.array(z.strictObject({ path: z.string(), message: z.string() })),
              }),
            ),
          })
          .optional()
          .meta({ description: 'Where there are routing rules.' }),
      }),
      example: {
        matches: false,
        failures: [{ path: '/risk/score', message: 'matches no value in the data' }],
        routing: { channels: ['region:eu'], rules: [{ verdict: 'matches', failures: [] }] },
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
  readonly registry: Pick<RoutingStore, 'getRoutingRules'>;
}

export function addFilterTestRoute(serve: Serve, { ledger, registry }: FilterTestPorts): void {
  serve(testFilter, async ({ c, scope, body, reply }) => {
    let data: unknown = body.data;
    let { channels: posted = [] } = body;
    let isJudged = !endpointsOf(c);
    if (body.event !== undefined) {
      requireScope(c, 'events:read');
      // It would tell of data that none of the endpoints may get.
      if (endpointsOf(c)) throw new Problem(403, NO_EVENTS);
      const found = await findEvent(ledger, scope, body.event);
      if (!found) throw new Problem(404, NO_EVENT);
      data = JSON.parse(found.event.data);
      posted = body.channels ?? [...found.event.channels];
      isJudged &&= !isReserved(found.event.type);
    }
    const index = indexData(data);
    const failures = within(
      () => (body.filter ? failuresOf(compileFilter(body.filter), index, filterSteps()) : []),
      [{ path: '', message: OVER_BUDGET }],
    );
    const kept = body.rules ?? (isJudged ? await registry.getRoutingRules(scope) : []);
    const rules = explainedRouting(kept, index, sharedSteps, compiledFrom);
    const last = rules.findLastIndex(({ verdict }) => verdict === 'matches');
    const channels = kept[last]?.set.channels ?? posted;
    const routing = kept.length > 0 || body.rules ? { routing: { channels, rules } } : {};
    return reply(200, { matches: failures.length === 0, failures, ...routing });
  });
}

// POST /v1/transforms/test: what a transformation makes of data, and the request that would be sent.
import * as z from 'zod';
import { defined } from '../../core/defined.ts';
import { SAMPLE_TYPE, type TestDeliveries, testReportSchema } from '../../core/deliveries/test.ts';
import type { EndpointStore } from '../../core/endpoints/store.ts';
import { inexactWarning } from '../../core/endpoints/warnings.ts';
import { TestNotSentError } from '../../core/errors.ts';
import { dataSchema, type Event, eventTypeSchema } from '../../core/events/event.ts';
import type { EventLedger } from '../../core/events/ledger.ts';
import { createId } from '../../core/identifiers.ts';
import { Problem } from '../../core/problem.ts';
import type { Scope } from '../../core/scope.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import { inexactNumbersIn } from '../../core/transforms/exact-numbers.ts';
import { LANGUAGES, transformSchema } from '../../core/transforms/transform.ts';
import { requireScope } from '../../http/authentication.ts';
import { refused } from '../../http/body.ts';
import { operation, type Serve } from '../../http/operation.ts';
import { testExample } from '../endpoints/test.ts';
import { warningSchema } from '../endpoints/view.ts';
import { findEvent, NO_ENDPOINT, NO_EVENT, requireLiveEndpoint } from '../lookups.ts';
import { idOf } from '../schemas.ts';
import { refuseTransform } from '../stored-settings.ts';

/** What the largest event's data needs, and the source beside it. */
const MAX_BODY_BYTES = 264 * 1024;

export const testTransform = operation({
  id: 'testTransform',
  method: 'post',
  path: '/v1/transforms/test',
  tag: 'Endpoints',
  summary: 'Test a transformation on data or on a stored event',
  description:
    'Nothing is sent. With `endpoint`, the answer has the signed request that this endpoint would get, and `source` may be left out to test the transformation that it has.',
  access: 'endpoints:read',
  session: 'refused',
  body: z
    .strictObject({
      language: z.enum(LANGUAGES).optional(),
      source: transformSchema.shape.source.optional(),
      data: dataSchema.optional(),
      type: eventTypeSchema.optional(),
      event: idOf('evt').optional(),
      endpoint: idOf('ep').optional(),
    })
    .refine(
      ({ data, event }) => (data === undefined) !== (event === undefined),
      'must have either data or event',
    )
    .refine(
      ({ source, endpoint }) => source !== undefined || endpoint !== undefined,
      'must have source or endpoint',
    ),
  bodyExample: {
    source: '{"dossier": id, "name": $uppercase(person.name)}',
    data: { id: 'd-1', person: { name: 'Ada' } },
  },
  maxBodyBytes: MAX_BODY_BYTES,
  replies: {
    200: {
      description: 'What the data becomes, or why it cannot be transformed.',
      schema: z
        .strictObject({
          output: z.record(z.string(), z.unknown()).nullable(),
          failure: z.string().nullable().meta({
            description: 'Why there is no output: a delivery would end as `transform_failed`.',
          }),
          warnings: z.array(warningSchema),
          request: z
            .strictObject(testReportSchema.shape.request.unwrap().shape)
            .nullable()
            .meta({ description: 'Null without `endpoint`, and if its contract cannot form one.' }),
        })
        .meta({
          id: 'TransformTest',
          example: {
            output: { dossier: 'd-1', name: 'ADA' },
            failure: null,
            warnings: [],
            request: testExample.request,
          },
        }),
    },
  },
  problems: {
    403: 'Reading a stored event needs the scope events:read, and a signed request endpoints:write.',
    404: `${NO_EVENT} ${NO_ENDPOINT}`,
    503: 'The request could not be formed.',
  },
});

interface TransformTestPorts {
  readonly ledger: Pick<EventLedger, 'getEvents'>;
  readonly registry: Pick<EndpointStore, 'getEndpoint'>;
  readonly tests: TestDeliveries;
  readonly surroundings: Pick<Surroundings, 'now' | 'random'>;
}

export function addTransformTestRoute(serve: Serve, ports: TransformTestPorts): void {
  const { ledger, registry, tests, surroundings } = ports;

  function sampleOf(scope: Scope, type: string, data: string): Event {
    const nowMs = surroundings.now();
    const id = createId('evt', nowMs, surroundings.random(10));
    return { ...scope, id, type, acceptedAtMs: nowMs, channels: [], data };
  }

  /** @throws Problem 503 */
  async function requestFor(endpointId: string, event: Event, data: string) {
    const { tenant, environment, type: eventType } = event;
    const { id, acceptedAtMs, occurredAt, subject, channels } = event;
    const preview = defined({ id, acceptedAtMs, occurredAt, subject, channels: [...channels] });
    const request = { tenant, environment, endpointId, eventType, data, preview };
    try {
      return (await tests.send(request)).request;
    } catch (error) {
      if (!(error instanceof TestNotSentError)) throw error;
      throw new Problem(503, 'The request could not be formed. Try again.');
    }
  }

  serve(testTransform, async ({ c, scope, body, source: json, reply }) => {
    const { type = SAMPLE_TYPE, endpoint: endpointId } = body;
    if (body.event !== undefined) requireScope(c, 'events:read');
    if (endpointId !== undefined) requireScope(c, 'endpoints:write');
    await refuseTransform({ source: body.source ?? '$' }, '');
    const found =
      body.event === undefined
        ? sampleOf(scope, type, json.dataTexts.get('') ?? '{}')
        : (await findEvent(ledger, scope, body.event))?.event;
    if (!found) throw new Problem(404, NO_EVENT);
    const endpoint =
      endpointId === undefined ? undefined : await requireLiveEndpoint(registry, scope, endpointId);
    const source = body.source ?? endpoint?.transform?.source;
    if (source === undefined) {
      throw refused([
        { path: '/source', message: 'is needed: the endpoint has no transformation' },
      ]);
    }
    const { transformData } = await import('#on-demand/transforms');
    const result = transformData(source, found);
    const inexact = inexactNumbersIn(found.data);
    const isDone = result.kind === 'transformed';
    return reply(200, {
      output: isDone ? JSON.parse(result.data) : null,
      failure: isDone ? null : result.reason,
      warnings: inexact.length > 0 ? [inexactWarning('/data', inexact)] : [],
      request: isDone && endpointId ? await requestFor(endpointId, found, result.data) : null,
    });
  });
}

// POST /v1/endpoints/{id}/test and /v1/endpoints/test: send signed samples now and show the exchanges.

import * as z from 'zod';
import { log } from '../../adapters/log.ts';
import { defined } from '../../core/defined.ts';
import type { TestDeliveries } from '../../core/deliveries/test.ts';
import { type TestReport, testReportSchema } from '../../core/deliveries/test.ts';
import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import type { EndpointStore } from '../../core/endpoints/store.ts';
import { isUnverified } from '../../core/endpoints/verification.ts';
import { TestNotSentError } from '../../core/errors.ts';
import { dataSchema, eventTypeSchema, MAX_EVENT_BYTES } from '../../core/events/event.ts';
import { isId } from '../../core/identifiers.ts';
import { inParallel } from '../../core/in-parallel.ts';
import type { JsonSource } from '../../core/json/source.ts';
import { Problem } from '../../core/problem.ts';
import type { AppContext } from '../../http/authentication.ts';
import { operation, type Serve } from '../../http/operation.ts';
import { MAX_PAGE_BYTES } from '../listing/filtered-page.ts';
import { cursorOf, cursorParameter } from '../listing/query.ts';
import { NO_ENDPOINT, requireLiveEndpoint } from '../lookups.ts';
import { EXAMPLE, idOf, idParams, problemSchema } from '../schemas.ts';
import { endpointFilterSchema, endpointsMeant, type FilterPorts } from './filter.ts';
import { problemAt } from './one-of-many.ts';
import { UNVERIFIED } from './operations.ts';
import { withinBytes } from './test-report.ts';

const sampleSchema = z.strictObject({
  type: eventTypeSchema.optional(),
  data: dataSchema.optional(),
});

const { request, response } = testReportSchema.shape;
export const reportSchema = z
  .strictObject({
    ...testReportSchema.shape,
    request: z.strictObject(request.unwrap().shape).nullable(),
    response: z.strictObject(response.unwrap().shape).nullable(),
  })
  .meta({ id: 'TestReport' });

export const testExample = {
  outcome: 'http_200',
  detail: null,
  sentAt: EXAMPLE.time,
  durationMs: 84,
  timings: { dnsMs: 2, connectMs: 11, tlsMs: 24, firstByteMs: 46 },
  request: {
    method: 'POST',
    url: 'https://acme.io/webhooks',
    headers: { 'content-type': 'application/json' },
    body: '{"type":"dossier.created","timestamp":"2026-01-31T09:30:00.000Z","data":{"dossier":"d-1"}}',
  },
  response: { status: 200, headers: { 'content-type': 'text/plain' }, body: 'ok' },
};

export const testEndpoint = operation({
  id: 'testEndpoint',
  method: 'post',
  path: '/v1/endpoints/{id}/test',
  tag: 'Endpoints',
  summary: 'Send a signed sample now',
  description:
    'The sample is sent in the same way as a delivery. The answer shows the request and the response.',
  access: 'endpoints:write',
  session: 'filtered',
  params: idParams('ep'),
  body: sampleSchema,
  isBodyOptional: true,
  bodyExample: { type: 'dossier.created', data: { dossier: 'd-1' } },
  maxBodyBytes: MAX_EVENT_BYTES,
  replies: {
    200: {
      description: 'The request and the response, whatever the outcome.',
      schema: reportSchema,
      example: testExample,
    },
  },
  problems: {
    404: NO_ENDPOINT,
    409: 'The URL is not verified.',
    503: 'The test could not be run.',
  },
});

/** Tests of one call; each takes an instance of dispatch for as long as its receiver takes. */
const MAX_TESTS = 20;

export const testEndpoints = operation({
  id: 'testEndpoints',
  method: 'post',
  path: '/v1/endpoints/test',
  tag: 'Endpoints',
  summary: 'Send a signed sample to many endpoints now',
  description: `Sends up to ${MAX_TESTS} samples per call, in parallel. Send \`next\` as \`cursor\` to continue. Bodies are cut, with … at their end, where the answer would be too long.`,
  access: 'endpoints:write',
  session: 'refused',
  body: z.strictObject({
    ...sampleSchema.shape,
    filter: endpointFilterSchema,
    limit: z.int().min(1).max(MAX_TESTS).default(MAX_TESTS),
    cursor: cursorParameter((id) => isId('ep', id)).optional(),
  }),
  documentedBody: z
    .strictObject({
      ...sampleSchema.shape,
      filter: endpointFilterSchema,
      limit: z.int().min(1).max(MAX_TESTS).default(MAX_TESTS).optional(),
      cursor: z.string().optional(),
    })
    .meta({ id: 'TestMany' }),
  bodyExample: { filter: { eventType: 'dossier.created' } },
  maxBodyBytes: MAX_EVENT_BYTES,
  replies: {
    200: {
      description: 'One result per endpoint: the exchange, or the error.',
      schema: z
        .strictObject({
          results: z.array(
            z.strictObject({
              endpoint: idOf('ep'),
              test: reportSchema.optional(),
              error: problemSchema.optional(),
            }),
          ),
          next: z.string().nullable(),
        })
        .meta({
          id: 'TestsOfMany',
          example: {
            results: [{ endpoint: `ep_${EXAMPLE.suffix}`, test: testExample }],
            next: null,
          },
        }),
    },
  },
});

interface EndpointTestPorts extends FilterPorts {
  readonly registry: Pick<EndpointStore, 'getEndpoint' | 'getEndpoints' | 'listEndpoints'>;
  readonly tests: TestDeliveries;
}

export function addEndpointTestRoute(serve: Serve, ports: EndpointTestPorts): void {
  const { registry, tests } = ports;

  serve(testEndpoints, async ({ c, scope, body, source, reply }) => {
    const sample = sampleOf(body, source);
    const meant: Endpoint[] = [];
    let isMore = false;
    for await (const endpoint of endpointsMeant(ports, scope, body.filter, body.cursor)) {
      isMore = meant.length === body.limit;
      if (isMore) break;
      meant.push(endpoint);
    }
    const maxBytes = MAX_PAGE_BYTES / meant.length;
    const results = await inParallel(meant, body.limit, async (endpoint) => {
      try {
        const test = withinBytes(await testOne(c, endpoint, sample), maxBytes);
        return { endpoint: endpoint.id, test };
      } catch (error) {
        return { endpoint: endpoint.id, error: problemAt('', error) };
      }
    });
    const last = meant.at(-1);
    return reply(200, { results, next: isMore && last ? cursorOf(last.id) : null });
  });

  async function testOne(c: AppContext, endpoint: Endpoint, sample: Sample): Promise<TestReport> {
    if (isUnverified(endpoint)) throw new Problem(409, UNVERIFIED);
    const { tenant, environment, id } = endpoint;
    return sendOr503(c, id, () => tests.send({ tenant, environment, endpointId: id, ...sample }));
  }

  serve(testEndpoint, async ({ c, scope, params: { id }, body, source, reply }) => {
    const endpoint = await requireLiveEndpoint(registry, scope, id);
    return reply(200, await testOne(c, endpoint, sampleOf(body, source)));
  });
}

interface Sample {
  readonly eventType?: string;
  readonly data?: string;
}

/** The data's exact bytes are sent, as those of an event are. */
function sampleOf({ type }: { readonly type?: string | undefined }, source: JsonSource): Sample {
  return defined({ eventType: type, data: source.dataTexts.get('') });
}

/** @throws Problem 503 where dispatch could not carry it out */
export async function sendOr503<T>(
  c: AppContext,
  endpointId: string,
  send: () => Promise<T>,
): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (!(error instanceof TestNotSentError)) throw error;
    log.error('test not sent', error, { endpointId, requestId: c.var.requestId });
    throw new Problem(503, 'The test could not be run. Try again.', [], {
      'Retry-After': '1',
    });
  }
}

// POST /v1/endpoints/{id}/test: sends a signed sample now and shows the whole exchange.
import { z } from 'zod';
import { log } from '../adapters/log.ts';
import { TestNotSentError } from '../core/errors.ts';
import { dataSchema, eventTypeSchema, MAX_EVENT_BYTES } from '../core/event.ts';
import { isId } from '../core/identifiers.ts';
import type { Registry, TestDeliveries } from '../core/ports.ts';
import { Problem } from '../core/problem.ts';
import { testReportSchema } from '../core/test-delivery.ts';
import type { Application } from '../http/application.ts';
import type { Authentication } from '../http/authentication.ts';
import { operation, serve } from '../http/operation.ts';
import { NO_ENDPOINT } from './endpoint-operations.ts';
import { idParams } from './schemas.ts';

const sampleSchema = z.strictObject({
  type: eventTypeSchema.optional(),
  data: dataSchema.optional(),
});

const { request, response } = testReportSchema.shape;
const reportSchema = z
  .strictObject({
    ...testReportSchema.shape,
    request: z.strictObject(request.unwrap().shape).nullable(),
    response: z.strictObject(response.unwrap().shape).nullable(),
  })
  .meta({ id: 'TestReport' });

export const testEndpoint = operation({
  id: 'testEndpoint',
  method: 'post',
  path: '/v1/endpoints/{id}/test',
  tag: 'Endpoints',
  summary: 'Send a signed sample now',
  description: 'It takes the way of deliveries; the answer shows the whole exchange.',
  access: 'endpoints:write',
  params: idParams('ep'),
  body: sampleSchema,
  isBodyOptional: true,
  bodyExample: { type: 'dossier.created', data: { dossier: 'd-1' } },
  maxBodyBytes: MAX_EVENT_BYTES,
  replies: {
    200: {
      description: 'What was sent and what came back, whatever it was.',
      schema: reportSchema,
      example: {
        outcome: 'http_200',
        detail: null,
        durationMs: 84,
        request: {
          method: 'POST',
          url: 'https://acme.io/webhooks',
          headers: { 'content-type': 'application/json' },
          body: '{"type":"dossier.created","timestamp":"2026-01-31T09:30:00.000Z","data":{"dossier":"d-1"}}',
        },
        response: { status: 200, headers: { 'content-type': 'text/plain' }, body: 'ok' },
      },
    },
  },
  problems: { 404: NO_ENDPOINT, 503: 'The test could not be carried out.' },
});

export interface EndpointTestPorts {
  readonly registry: Pick<Registry, 'getEndpoint'>;
  readonly tests: TestDeliveries;
}

export function addEndpointTestRoute(
  app: Application,
  authentication: Authentication,
  { registry, tests }: EndpointTestPorts,
): void {
  serve(
    app,
    authentication,
    testEndpoint,
    async ({ c, scope, params: { id }, body, source, reply }) => {
      const endpoint = isId('ep', id) ? await registry.getEndpoint(scope, id) : undefined;
      if (!endpoint || endpoint.deletedAtMs !== undefined) throw new Problem(404, NO_ENDPOINT);
      // The data's exact bytes are sent, as those of an event are.
      const data = source.dataTexts.get('');
      const sample = {
        ...(body.type === undefined ? {} : { eventType: body.type }),
        ...(data === undefined ? {} : { data }),
      };
      try {
        return reply(200, await tests.send({ ...scope, endpointId: id, ...sample }));
      } catch (error) {
        if (!(error instanceof TestNotSentError)) throw error;
        log.error('test not sent', error, { endpointId: id, requestId: c.var.requestId });
        throw new Problem(503, 'The test could not be carried out. Try again.', [], {
          'Retry-After': '1',
        });
      }
    },
  );
}

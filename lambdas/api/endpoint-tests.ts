// POST /v1/endpoints/{id}/test: sends a signed sample now and shows the whole exchange.
import { z } from 'zod';
import { log } from '../adapters/log.ts';
import { TestNotSentError } from '../core/errors.ts';
import { dataSchema, eventTypeSchema, MAX_EVENT_BYTES } from '../core/event.ts';
import { faultsOf } from '../core/faults.ts';
import { isId } from '../core/identifiers.ts';
import type { Registry, TestDeliveries } from '../core/ports.ts';
import { Problem } from '../core/problem.ts';
import type { Application } from '../http/application.ts';
import { type AppContext, type Authentication, requireScope } from '../http/authentication.ts';
import { readBody, refused } from '../http/body.ts';

const sampleSchema = z.strictObject({
  type: eventTypeSchema.optional(),
  data: dataSchema.optional(),
});

export interface EndpointTestPorts {
  readonly registry: Pick<Registry, 'getEndpoint'>;
  readonly tests: TestDeliveries;
}

export function addEndpointTestRoute(
  app: Application,
  { authenticate, scopeOf }: Authentication,
  { registry, tests }: EndpointTestPorts,
): void {
  app.post('/v1/endpoints/:id/test', authenticate, async (c) => {
    requireScope(c, 'endpoints:write');
    const scope = await scopeOf(c);
    const id = c.req.param('id');
    const endpoint = isId('ep', id) ? await registry.getEndpoint(scope, id) : undefined;
    if (!endpoint || endpoint.deletedAtMs !== undefined) {
      throw new Problem(404, 'There is no such endpoint.');
    }
    const sample = await readSample(c);
    try {
      return c.json(await tests.send({ ...scope, endpointId: id, ...sample }));
    } catch (error) {
      if (!(error instanceof TestNotSentError)) throw error;
      log.error('test not sent', error, { endpointId: id, requestId: c.var.requestId });
      throw new Problem(503, 'The test could not be carried out. Try again.', [], {
        'Retry-After': '1',
      });
    }
  });
}

/** The data's exact bytes are sent, as those of an event are. */
async function readSample(c: AppContext): Promise<{ eventType?: string; data?: string }> {
  if ((await c.req.arrayBuffer()).byteLength === 0) return {};
  const { value, source } = await readBody(c, MAX_EVENT_BYTES);
  const parsed = sampleSchema.safeParse(value);
  const faults = [...source.faults, ...(parsed.success ? [] : faultsOf(parsed.error))];
  if (!parsed.success || faults.length > 0) throw refused(faults);
  const data = source.dataTexts.get('');
  return {
    ...(parsed.data.type === undefined ? {} : { eventType: parsed.data.type }),
    ...(data === undefined ? {} : { data }),
  };
}

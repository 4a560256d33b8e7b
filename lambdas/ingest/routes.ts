// POST /v1/events and POST /v1/events/batch.

import * as z from 'zod';
import {
  type BatchEventInput,
  batchEventInputSchema,
  type EventInput,
  eventInputSchema,
  MAX_BATCH_BYTES,
  MAX_BATCH_EVENTS,
  MAX_EVENT_BYTES,
} from '../core/events/event.ts';
import { parseTraceContext, type TraceContext } from '../core/events/trace-context.ts';
import { faultsOf } from '../core/faults.ts';
import { inParallel } from '../core/in-parallel.ts';
import type { JsonSource } from '../core/json/source.ts';
import { type Fault, faultsUnder, Problem } from '../core/problem.ts';
import { requireAdmission } from '../http/admission.ts';
import type { Application } from '../http/application.ts';
import {
  type AppContext,
  type Authentication,
  environmentOf,
  requireScope,
} from '../http/authentication.ts';
import { readBody, refused } from '../http/body.ts';
import { idempotencyKeyIn } from '../http/idempotency-key.ts';
import { answerJson } from '../http/json-answer.ts';
import { type AcceptPorts, accept, type Candidate } from './accept.ts';
import { type EventTypeGate, requestSteps } from './event-type-gate.ts';
import { countRefusal } from './refusals.ts';

export const batchSchema = z.strictObject({
  events: z
    .array(z.unknown())
    .min(1, 'must hold at least one event')
    .max(MAX_BATCH_EVENTS, `must hold at most ${MAX_BATCH_EVENTS} events`),
});

interface EventRoutePorts extends AcceptPorts {
  readonly judge: EventTypeGate;
}

export function addEventRoutes(
  app: Application,
  authentication: Authentication,
  ports: EventRoutePorts,
): void {
  app.post('/v1/events', authentication.authenticate, async (c) => {
    requireAdmission(c, { id: 'postEvent', session: 'refused' });
    requireScope(c, 'events:write');
    const { value, source } = await readBody(c, MAX_EVENT_BYTES);
    const parsed = eventInputSchema.safeParse(value);
    const faults = [...source.faults, ...(parsed.success ? [] : faultsOf(parsed.error))];
    if (!parsed.success || faults.length > 0) throw refused(faults);
    const scope = await authentication.scopeOf(c, parsed.data.tenant);
    const misfits = await ports.judge(parsed.data.type, parsed.data.data, requestSteps());
    if (misfits.length > 0) throw refused(misfits);
    const candidate: Candidate = {
      scope,
      input: parsed.data,
      data: dataAt(source, ''),
      idempotencyKey: idempotencyKeyIn(c),
      trace: traceOf(c),
      postedBy: posterOf(c),
    };
    const [result] = await accept(ports, [candidate]);
    if (!result) throw new Problem(500, 'Nothing was accepted.');
    if (result instanceof Problem) throw result;
    return answerJson(202, result);
  });

  app.post('/v1/events/batch', authentication.authenticate, async (c) => {
    requireAdmission(c, { id: 'postEvents', session: 'refused' });
    requireScope(c, 'events:write');
    // A fault in the request's headers applies to the whole batch.
    environmentOf(c);
    const { value, source } = await readBody(c, MAX_BATCH_BYTES);
    const parsed = batchSchema.safeParse(value);
    const { ofEvents, ofBatch } = sortFaults(source.faults);
    const faults = [...ofBatch, ...(parsed.success ? [] : faultsOf(parsed.error))];
    if (!parsed.success || faults.length > 0) throw refused(faults);

    const shared = requestSteps();
    const judge = (type: string, data: unknown) => ports.judge(type, data, shared);
    const batch = { c, authentication, judge, source, ofEvents, trace: traceOf(c) };
    const places = await inParallel(parsed.data.events, MAX_BATCH_EVENTS, (entry, index) =>
      candidateAt(batch, entry, index),
    );
    const candidates = places.filter((place): place is Candidate => !(place instanceof Problem));
    const accepted = await accept(ports, candidates);
    let position = 0;
    const results = places.map((place) => {
      const result = place instanceof Problem ? place : accepted[position++];
      if (!(result instanceof Problem)) return result;
      countRefusal(result.status);
      return { error: result.toDocument() };
    });
    return answerJson(202, { results });
  });
}

/** No session of the portal gets so far. */
const posterOf = ({ var: { principal } }: AppContext): 'operator' | 'tenant' =>
  principal.kind === 'operator' ? 'operator' : 'tenant';

/** The request's trace; all events of a batch share it. */
function traceOf(c: AppContext): TraceContext | undefined {
  return parseTraceContext(c.req.header('traceparent'), c.req.header('tracestate'));
}

interface Batch {
  readonly c: AppContext;
  readonly authentication: Authentication;
  readonly judge: (type: string, data: unknown) => Promise<Fault[]>;
  readonly source: JsonSource;
  /** Faults of the source text, by the event they are in. */
  readonly ofEvents: ReadonlyMap<number, readonly Fault[]>;
  readonly trace: TraceContext | undefined;
}

/** One event of a batch, or its problem. */
async function candidateAt(
  { c, authentication, judge, source, ofEvents, trace }: Batch,
  entry: unknown,
  index: number,
): Promise<Candidate | Problem> {
  const parsed = batchEventInputSchema.safeParse(entry);
  const faults = [
    ...(ofEvents.get(index) ?? []),
    ...(parsed.success ? [] : faultsOf(parsed.error, ['events', index])),
  ];
  if (!parsed.success || faults.length > 0) return refused(faults);
  const path = `/events/${index}`;
  const data = dataAt(source, path);
  if (Buffer.byteLength(data) > MAX_EVENT_BYTES) {
    return new Problem(413, `An event's data may have ${MAX_EVENT_BYTES} bytes.`, [
      { path: `${path}/data`, message: 'is too large' },
    ]);
  }
  const { idempotencyKey, ...input }: BatchEventInput = parsed.data;
  try {
    const scope = await authentication.scopeOf(c, input.tenant);
    const misfits = await judge(input.type, input.data);
    if (misfits.length > 0) return refused(faultsUnder(path, misfits));
    const postedBy = posterOf(c);
    const candidate = { scope, input: input satisfies EventInput, data, idempotencyKey, postedBy };
    return { ...candidate, path, trace };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    // What a header says is no fault of the event's place.
    const faults = error.faults.map((fault) =>
      fault.path.startsWith('/') ? { ...fault, path: path + fault.path } : fault,
    );
    return new Problem(error.status, error.detail, faults);
  }
}

/** Faults of the source text by the event they are in; the others are the batch's own. */
function sortFaults(faults: readonly Fault[]): {
  readonly ofEvents: ReadonlyMap<number, Fault[]>;
  readonly ofBatch: readonly Fault[];
} {
  const ofEvents = new Map<number, Fault[]>();
  const ofBatch: Fault[] = [];
  for (const fault of faults) {
    const index = /^\/events\/(\d+)(\/|$)/.exec(fault.path)?.[1];
    if (index === undefined) ofBatch.push(fault);
    else ofEvents.set(Number(index), [...(ofEvents.get(Number(index)) ?? []), fault]);
  }
  return { ofEvents, ofBatch };
}

function dataAt(source: JsonSource, path: string): string {
  const text = source.dataTexts.get(path);
  if (text === undefined) throw new Problem(400, 'The body is not valid JSON.');
  return text;
}

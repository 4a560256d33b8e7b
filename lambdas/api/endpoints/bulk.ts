// POST /v1/endpoints/bulk and PATCH /v1/endpoints: many endpoints in one request, each on its own.
import * as z from 'zod';
import type { Endpoint } from '../../core/endpoints/endpoint.ts';
import { channelSchema } from '../../core/events/event.ts';
import { faultsOf } from '../../core/faults.ts';
import { isId } from '../../core/identifiers.ts';
import { inParallel } from '../../core/in-parallel.ts';
import { optimistically } from '../../core/optimistic.ts';
import { type Fault, Problem } from '../../core/problem.ts';
import { patternSchema } from '../../core/subscriptions/patterns.ts';
import type { Application } from '../../http/application.ts';
import type { Authentication } from '../../http/authentication.ts';
import { refused } from '../../http/body.ts';
import { operation, serve } from '../../http/operation.ts';
import { EXAMPLES } from '../examples.ts';
import { cursorOf, cursorParameter } from '../listing/query.ts';
import { idOf, problemSchema, problemView } from '../schemas.ts';
import { documentedChanges } from './change-route.ts';
import { createEndpointChanger, type EndpointChanger, FIXED } from './changing.ts';
import { createEndpointCreator, type EndpointPorts } from './creation.ts';
import { endpointFilterSchema, endpointsMeant } from './filter.ts';
import { type Asked, askedSchema, endpointInput } from './operations.ts';
import { endpointSchema, endpointView } from './view.ts';

const MAX_CREATED = 100;
const MAX_CHANGED = 100;
/** So many are written at a time. */
const WIDTH = 10;
/** One call goes on for so long; the function has 28 s. */
const TIME_MS = 15_000;
/** How often a change is tried again when the endpoint was changed in the meantime. */
const ROUNDS = 3;

export const createEndpoints = operation({
  id: 'createEndpoints',
  method: 'post',
  path: '/v1/endpoints/bulk',
  tag: 'Endpoints',
  summary: 'Create many endpoints',
  description: `Up to ${MAX_CREATED}, each checked on its own: the results stand in the order of the request.`,
  access: 'endpoints:write',
  body: z.strictObject({
    endpoints: z
      .array(z.unknown())
      .min(1, 'must hold at least one endpoint')
      .max(MAX_CREATED, `must hold at most ${MAX_CREATED} endpoints`),
  }),
  documentedBody: z
    .strictObject({ endpoints: z.array(endpointInput).min(1).max(MAX_CREATED) })
    .meta({ id: 'EndpointInputs' }),
  bodyExample: { endpoints: [{ url: 'https://acme.io/webhooks' }] },
  maxBodyBytes: 1024 * 1024,
  replies: {
    200: {
      description: 'Each endpoint, or what is wrong with it.',
      schema: z
        .strictObject({
          results: z.array(
            z.union([
              z.strictObject({ endpoint: endpointSchema }),
              z.strictObject({ error: problemSchema }),
            ]),
          ),
        })
        .meta({ id: 'CreatedEndpoints', example: EXAMPLES.createdEndpoints }),
    },
  },
});

const listChangesShape = {
  addEventTypes: z.array(patternSchema).min(1).max(100).optional(),
  removeEventTypes: z.array(patternSchema).min(1).max(100).optional(),
  addChannels: z.array(channelSchema).min(1).max(20).optional(),
  removeChannels: z.array(channelSchema).min(1).max(20).optional(),
};
const listChangesSchema = z.object(listChangesShape);
type ListChanges = z.infer<typeof listChangesSchema>;

export const changeEndpoints = operation({
  id: 'changeEndpoints',
  method: 'patch',
  path: '/v1/endpoints',
  tag: 'Endpoints',
  summary: 'Change all endpoints that a filter means',
  description:
    'The changes of one endpoint but for `url`, and `add...` and `remove...` for entries of its lists. With `dryRun` nothing is written. While `next` is not null, send it as `cursor` with the same request.',
  access: 'endpoints:write',
  body: z.strictObject({
    filter: endpointFilterSchema,
    changes: askedSchema,
    dryRun: z.boolean().default(false),
    limit: z.int().min(1).max(MAX_CHANGED).default(MAX_CHANGED),
    cursor: cursorParameter((id) => isId('ep', id)).optional(),
  }),
  documentedBody: z
    .strictObject({
      filter: endpointFilterSchema,
      changes: z.strictObject({
        ...Object.fromEntries(
          Object.entries(documentedChanges.shape).filter(([name]) => name !== 'url'),
        ),
        ...listChangesShape,
      }),
      dryRun: z.boolean().optional(),
      limit: z.int().min(1).max(MAX_CHANGED).optional(),
      cursor: z.string().optional(),
    })
    .meta({ id: 'ChangeMany' }),
  bodyExample: {
    filter: { contract: 'standard-webhooks' },
    changes: { addEventTypes: ['dossier.*'] },
    dryRun: true,
  },
  replies: {
    200: {
      description: 'What became of each, or would have.',
      schema: z
        .strictObject({
          matched: z.int(),
          changed: z.int(),
          unchanged: z.int(),
          failed: z.int(),
          dryRun: z.boolean(),
          results: z.array(
            z.strictObject({
              endpoint: idOf('ep'),
              outcome: z.enum(['changed', 'unchanged', 'failed']),
              error: problemSchema.optional(),
            }),
          ),
          next: z.string().nullable(),
        })
        .meta({ id: 'ChangedEndpoints', example: EXAMPLES.changedEndpoints }),
    },
  },
});

export function addBulkRoutes(
  app: Application,
  authentication: Authentication,
  ports: EndpointPorts,
): void {
  const create = createEndpointCreator(ports);
  const changer = createEndpointChanger(ports);

  serve(app, authentication, createEndpoints, async ({ scope, body, reply }) => {
    const endMs = ports.surroundings.now() + TIME_MS;
    const results = await inParallel(body.endpoints, WIDTH, async (entry, index) => {
      try {
        const asked = askedSchema.safeParse(entry);
        if (!asked.success) throw refused([{ path: '', message: 'must be a JSON object' }]);
        const { endpoint, health } = await create(scope, asked.data, { tryUntilMs: endMs });
        return { endpoint: endpointView(endpoint, health, ports.defaults) };
      } catch (error) {
        return { error: problemAt(`/endpoints/${index}`, error) };
      }
    });
    return reply(200, { results });
  });

  serve(app, authentication, changeEndpoints, async ({ scope, body, reply }) => {
    const { filter, dryRun, limit, cursor } = body;
    const { settings, lists } = readChanges(body.changes);
    const endMs = ports.surroundings.now() + TIME_MS;
    const results: Result[] = [];
    let batch: Endpoint[] = [];
    let isMore = false;
    const work = async () => {
      const made = await inParallel(batch, WIDTH, (endpoint) =>
        changeOne(ports, changer, endpoint, settings, lists, dryRun),
      );
      results.push(...made);
      batch = [];
    };
    for await (const endpoint of endpointsMeant(ports, scope, filter, cursor)) {
      const count = results.length + batch.length;
      isMore = count === limit || (count > 0 && ports.surroundings.now() >= endMs);
      if (isMore) break;
      batch.push(endpoint);
      if (batch.length === WIDTH) await work();
    }
    await work();
    const last = results.at(-1);
    const count = (outcome: Result['outcome']) =>
      results.filter((result) => result.outcome === outcome).length;
    return reply(200, {
      matched: results.length,
      changed: count('changed'),
      unchanged: count('unchanged'),
      failed: count('failed'),
      dryRun,
      results,
      next: isMore && last ? cursorOf(last.endpoint) : null,
    });
  });
}

interface Result {
  readonly endpoint: string;
  readonly outcome: 'changed' | 'unchanged' | 'failed';
  readonly error?: z.input<typeof problemSchema>;
}

async function changeOne(
  ports: EndpointPorts,
  changer: EndpointChanger,
  seen: Endpoint,
  settings: Asked,
  lists: ListChanges,
  dryRun: boolean,
): Promise<Result> {
  const { id: endpoint } = seen;
  try {
    let before = seen;
    const outcome = await optimistically(ROUNDS, async () => {
      const planned = await changer.plan(before, { ...settings, ...changedLists(before, lists) });
      if (!changer.isChange(planned)) return 'unchanged';
      if (dryRun || (await changer.carryOut(planned))) return 'changed';
      const found = await ports.registry.getEndpoint(seen, endpoint);
      if (found?.deletedAtMs !== undefined) throw new Problem(404, 'It was deleted.');
      before = found ?? before;
      return undefined;
    });
    if (outcome) return { endpoint, outcome };
    throw new Problem(409, 'The endpoint is changing at the moment. Try again.');
  } catch (error) {
    return { endpoint, outcome: 'failed', error: problemAt('/changes', error) };
  }
}

/** @throws Problem 422 */
function readChanges(changes: Asked): { readonly settings: Asked; readonly lists: ListChanges } {
  const faults: Fault[] = [];
  const parsed = listChangesSchema.safeParse(changes);
  if (!parsed.success) faults.push(...faultsOf(parsed.error, ['changes']));
  const settings = Object.entries(changes).filter(
    ([name]) => !Object.hasOwn(listChangesShape, name),
  );
  const report = (name: string, message: string) =>
    faults.push({ path: `/changes/${name}`, message });
  for (const [name, message] of FIXED) if (name in changes) report(name, message);
  if ('url' in changes) report('url', 'is changed one endpoint at a time');
  // What no endpoint could be given is refused whole, also where the filter means none.
  const single = settings.filter(([name]) => name !== 'url' && !FIXED.has(name));
  const known = documentedChanges.safeParse(Object.fromEntries(single));
  if (!known.success) faults.push(...faultsOf(known.error, ['changes']));
  for (const list of ['EventTypes', 'Channels']) {
    const whole = `${list.charAt(0).toLowerCase()}${list.slice(1)}`;
    const isPart = `add${list}` in changes || `remove${list}` in changes;
    if (whole in changes && isPart) report(whole, 'goes with neither adding nor removing');
  }
  if (Object.keys(changes).length === 0) faults.push({ path: '/changes', message: 'is empty' });
  if (!parsed.success || faults.length > 0) throw refused(faults);
  return { settings: Object.fromEntries(settings), lists: parsed.data };
}

/** @throws Problem 422 where nothing would be left, which would mean everything */
function changedLists(before: Endpoint, lists: ListChanges): Asked {
  const { addEventTypes, removeEventTypes, addChannels, removeChannels } = lists;
  return {
    ...changedList('EventTypes', before.eventTypes, addEventTypes, removeEventTypes),
    ...changedList('Channels', before.channels, addChannels, removeChannels),
  };
}

function changedList(
  name: 'EventTypes' | 'Channels',
  before: readonly string[],
  added: readonly string[] = [],
  removed: readonly string[] = [],
): Asked {
  // An empty list means all: there is nothing to add, and nothing that could be taken out of it.
  if (before.length === 0) {
    if (removed.length === 0) return {};
    const message = 'cannot take out of an empty list, which means all';
    throw refused([{ path: `/remove${name}`, message }]);
  }
  const kept = before.filter((entry) => !removed.includes(entry));
  const after = [...new Set([...kept, ...added])];
  if (after.length === before.length && after.every((entry, at) => entry === before[at])) return {};
  if (after.length === 0) {
    throw refused([{ path: `/remove${name}`, message: 'would leave none, which means all' }]);
  }
  return name === 'EventTypes' ? { eventTypes: after } : { channels: after };
}

/** A problem as one result, its faults by their path in the whole body. */
function problemAt(base: string, error: unknown): z.input<typeof problemSchema> {
  if (!(error instanceof Problem)) throw error;
  const faults = error.faults.map(({ path, message }) => ({ path: `${base}${path}`, message }));
  return problemView(new Problem(error.status, error.detail, faults));
}

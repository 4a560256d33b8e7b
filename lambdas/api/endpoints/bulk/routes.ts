// POST /v1/endpoints/bulk and PATCH /v1/endpoints: many endpoints in one request, each on its own.
import type * as z from 'zod';
import type { Endpoint } from '../../../core/endpoints/endpoint.ts';
import { CLEAN_HEALTH } from '../../../core/health/health.ts';
import { inParallel } from '../../../core/in-parallel.ts';
import { optimistically } from '../../../core/optimistic.ts';
import { Problem } from '../../../core/problem.ts';
import type { AppContext } from '../../../http/authentication.ts';
import { refused } from '../../../http/body.ts';
import { idempotencyKeyIn } from '../../../http/idempotency-key.ts';
import type { Serve } from '../../../http/operation.ts';
import { MAX_PAGE_BYTES } from '../../listing/filtered-page.ts';
import { cursorOf } from '../../listing/query.ts';
import type { problemSchema } from '../../schemas.ts';
import { createEndpointChanger, type EndpointChanger } from '../changing.ts';
import { createEndpointCreator, type EndpointPorts, endpointPlaces } from '../creation.ts';
import { endpointsMeant } from '../filter.ts';
import { problemAt } from '../one-of-many.ts';
import { type Asked, askedSchema } from '../operations.ts';
import { endpointView } from '../view.ts';
import { changedLists, type ListChanges, readChanges } from './changes.ts';
import { changeEndpoints, createEndpoints } from './operations.ts';

/** So many are written at a time. */
const WIDTH = 10;
/** One call goes on for so long; the function has 28 s. */
const TIME_MS = 15_000;
/** How often a change is tried again when the endpoint was changed in the meantime. */
const ROUNDS = 3;
const ANSWER_FULL = 'Not created, because the answer is full: send it again in another request.';

export function addBulkRoutes(serve: Serve, ports: EndpointPorts): void {
  const create = createEndpointCreator(ports);
  const changer = createEndpointChanger(ports);

  serve(createEndpoints, async ({ c, scope, body, reply }) => {
    // A wrong one is the whole request's fault.
    idempotencyKeyIn(c);
    const endMs = ports.surroundings.now() + TIME_MS;
    const takePlace = endpointPlaces(ports, scope);
    const takeRoom = answerRoom(ports);
    const results = await inParallel(body.endpoints, WIDTH, async (entry, index) => {
      try {
        const asked = askedSchema.safeParse(entry);
        if (!asked.success) throw refused([{ path: '', message: 'must be a JSON object' }]);
        const { endpoint, health } = await create(c, scope, asked.data, {
          index,
          takePlace,
          takeRoom,
          tryUntilMs: endMs,
        });
        return { endpoint: endpointView(endpoint, health, ports.defaults) };
      } catch (error) {
        return { error: problemAt(`/endpoints/${index}`, error) };
      }
    });
    return reply(200, { results });
  });

  serve(changeEndpoints, async ({ c, scope, body, reply }) => {
    const { filter, dryRun, limit, cursor } = body;
    const { settings, lists } = readChanges(body.changes);
    const endMs = ports.surroundings.now() + TIME_MS;
    const results: Result[] = [];
    let batch: Endpoint[] = [];
    let isMore = false;
    const work = async () => {
      const made = await inParallel(batch, WIDTH, (endpoint) =>
        changeOne(c, ports, changer, endpoint, settings, lists, dryRun),
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

/** An endpoint that inherits shows more than its entry said: as many are created as one answer can show. */
function answerRoom({ defaults }: EndpointPorts) {
  let bytes = 0;
  return (endpoint: Endpoint, isThere: boolean): void => {
    bytes += Buffer.byteLength(JSON.stringify(endpointView(endpoint, CLEAN_HEALTH, defaults)));
    if (bytes <= MAX_PAGE_BYTES) return;
    throw new Problem(413, isThere ? `The answer is full: read ${endpoint.id}.` : ANSWER_FULL);
  };
}

interface Result {
  readonly endpoint: string;
  readonly outcome: 'changed' | 'unchanged' | 'failed';
  readonly error?: z.input<typeof problemSchema>;
}

async function changeOne(
  c: AppContext,
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
      const planned = await changer.plan(c, before, {
        ...settings,
        ...changedLists(before, lists),
      });
      if (!changer.isChange(planned)) return 'unchanged';
      if (dryRun || (await changer.carryOut(planned))) return 'changed';
      const found = await ports.registry.getEndpoint(seen, endpoint);
      if (found?.deletedAtMs !== undefined) throw new Problem(404, 'The endpoint was deleted.');
      before = found ?? before;
      return undefined;
    });
    if (outcome) return { endpoint, outcome };
    throw new Problem(409, 'The endpoint is changing at the moment. Try again.');
  } catch (error) {
    return { endpoint, outcome: 'failed', error: problemAt('/changes', error) };
  }
}

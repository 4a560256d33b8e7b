// /v1/replays, and what all that failed is recovered by: deliveries of an endpoint and a span of time, sent once more.
import { isId } from '../../core/identifiers.ts';
import { optimistically } from '../../core/optimistic.ts';
import { Problem } from '../../core/problem.ts';
import { hasEnded, type Replay } from '../../core/replays/replay.ts';
import type { Scope } from '../../core/scope.ts';
import { writerOf } from '../../core/surroundings.ts';
import { endpointsOf, refuseSubject, type Sees, withoutSubject } from '../../http/admission.ts';
import type { AppContext } from '../../http/authentication.ts';
import type { Serve } from '../../http/operation.ts';
import { filteredPage } from '../listing/filtered-page.ts';
import { pageView } from '../listing/query.ts';
import { NO_ENDPOINT, requireEndpoint } from '../lookups.ts';
import { begin, type ReplayRoutePorts, start } from './beginning.ts';
import {
  cancelReplay,
  createReplay,
  getReplay,
  listReplays,
  NO_REPLAY,
  pauseReplay,
  recoverEndpoint,
  resumeReplay,
} from './operations.ts';
import { replayView } from './view.ts';

/** How often a cancellation is tried again when the replay moved in the meantime. */
const ROUNDS = 10;
/** Longer than an invocation lasts: by then a replay is resumed, or will not be. */
const RESUMED_AFTER_SECONDS = 30;

/** What is asked about one replay. */
interface Asked {
  readonly scope: Scope;
  readonly sees: Sees;
  readonly params: { readonly id: string };
}

const shown = (c: AppContext, replay: Replay) => withoutSubject(c, replayView(replay));

export function addReplayRoutes(serve: Serve, ports: ReplayRoutePorts): void {
  const { replays, surroundings } = ports;

  /** @throws Problem 404, the same for a foreign replay as for none */
  async function find({ scope, sees, params: { id } }: Asked): Promise<Replay> {
    const replay = isId('rpl', id) ? await replays.getReplay(scope, id) : undefined;
    if (!replay || !sees(replay.endpointId)) throw new Problem(404, NO_REPLAY);
    return replay;
  }

  const addressOf = ({ id }: Replay) => ({ Location: `/v1/replays/${id}` });

  serve(createReplay, async ({ c, scope, body, sees, reply }) => {
    if (!sees(body.endpoint)) throw new Problem(404, NO_ENDPOINT);
    refuseSubject(c, body);
    const begun = await begin(c, ports, scope, body);
    if ('count' in begun) return reply(200, begun.count);
    return reply(202, shown(c, begun.replay), addressOf(begun.replay));
  });

  serve(recoverEndpoint, async ({ c, scope, params, body, reply }) => {
    refuseSubject(c, body);
    const begun = await begin(c, ports, scope, { ...body, endpoint: params.id, status: 'failed' });
    if ('count' in begun) return reply(200, begun.count);
    return reply(202, shown(c, begun.replay), addressOf(begun.replay));
  });

  serve(listReplays, async ({ c, scope, query, sees, reply }) => {
    if (query.endpoint !== undefined) {
      await requireEndpoint(ports.registry, scope, query.endpoint);
    }
    const page = await filteredPage({
      read: (count, after) => replays.listReplays(scope, count, after),
      views: async (entries) =>
        entries
          .filter(({ endpointId }) => [undefined, endpointId].includes(query.endpoint))
          .filter(({ endpointId }) => sees(endpointId))
          .map((replay) => ({ id: replay.id, view: shown(c, replay) })),
      isFiltered: query.endpoint !== undefined || endpointsOf(c) !== undefined,
      limit: query.limit,
      cursor: query.cursor,
      now: () => surroundings.now(),
    });
    return reply(200, pageView(page));
  });

  serve(getReplay, async (call) => call.reply(200, shown(call.c, await find(call))));

  /** @param change gives what is to be written, or undefined if nothing is. @throws Problem 404, 409 */
  async function changed(
    asked: Asked,
    change: (replay: Replay) => Partial<Replay> | undefined,
  ): Promise<Replay> {
    const written = await optimistically(ROUNDS, async () => {
      const replay = await find(asked);
      const changes = change(replay);
      if (!changes) return replay;
      const after: Replay = {
        ...replay,
        ...changes,
        version: replay.version + 1,
        updatedAtMs: surroundings.now(),
        writer: writerOf(surroundings),
      };
      return (await replays.replaceReplay(replay.version, after)) ? after : undefined;
    });
    if (!written) throw new Problem(409, 'The replay is changing at the moment. Try again.');
    return written;
  }

  function refuseIfEnded(replay: Replay): void {
    if (hasEnded(replay)) throw new Problem(409, `The replay is already ${replay.state}.`);
  }

  serve(cancelReplay, async (call) => {
    const replay = await changed(call, (found) => {
      if (found.state === 'cancelled') return undefined;
      refuseIfEnded(found);
      return { state: 'cancelled', cancelledBy: 'user' };
    });
    return call.reply(200, shown(call.c, replay));
  });

  serve(pauseReplay, async (call) => {
    const replay = await changed(call, (found) => {
      refuseIfEnded(found);
      return found.state === 'paused' ? undefined : { state: 'paused' };
    });
    return call.reply(200, shown(call.c, replay));
  });

  serve(resumeReplay, async (call) => {
    const before = await find(call);
    // Before it is resumed: one that is listed as running has something that carries it out.
    if (before.state === 'paused')
      await start(ports, before, before.version + 1, RESUMED_AFTER_SECONDS);
    const replay = await changed(call, (found) => {
      refuseIfEnded(found);
      return found.state === 'running' ? undefined : { state: 'running' };
    });
    // Also if it runs already: the message of an earlier call may not have been sent.
    await start(ports, replay, replay.version);
    return call.reply(200, shown(call.c, replay));
  });
}

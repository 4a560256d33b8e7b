// /v1/replays, and what all that failed is recovered by: deliveries of an endpoint and a span of time, sent once more.
import { isId } from '../../core/identifiers.ts';
import { optimistically } from '../../core/optimistic.ts';
import { Problem } from '../../core/problem.ts';
import { hasEnded, type Replay } from '../../core/replays/replay.ts';
import type { Scope } from '../../core/scope.ts';
import { writerOf } from '../../core/surroundings.ts';
import type { Serve } from '../../http/operation.ts';
import { filteredPage } from '../listing/filtered-page.ts';
import { pageView } from '../listing/query.ts';
import { requireEndpoint } from '../lookups.ts';
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

export function addReplayRoutes(serve: Serve, ports: ReplayRoutePorts): void {
  const { replays, surroundings } = ports;

  /** @throws Problem 404, the same for another tenant's replay as for none */
  async function find(scope: Scope, id: string): Promise<Replay> {
    const replay = isId('rpl', id) ? await replays.getReplay(scope, id) : undefined;
    if (!replay) throw new Problem(404, NO_REPLAY);
    return replay;
  }

  const addressOf = ({ id }: Replay) => ({ Location: `/v1/replays/${id}` });

  serve(createReplay, async ({ c, scope, body, reply }) => {
    const begun = await begin(c, ports, scope, body);
    if ('count' in begun) return reply(200, begun.count);
    return reply(202, replayView(begun.replay), addressOf(begun.replay));
  });

  serve(recoverEndpoint, async ({ c, scope, params, body, reply }) => {
    const begun = await begin(c, ports, scope, { ...body, endpoint: params.id, status: 'failed' });
    if ('count' in begun) return reply(200, begun.count);
    return reply(202, replayView(begun.replay), addressOf(begun.replay));
  });

  serve(listReplays, async ({ scope, query, reply }) => {
    if (query.endpoint !== undefined) {
      await requireEndpoint(ports.registry, scope, query.endpoint);
    }
    const page = await filteredPage({
      read: (count, after) => replays.listReplays(scope, count, after),
      views: async (entries) =>
        entries
          .filter(({ endpointId }) => [undefined, endpointId].includes(query.endpoint))
          .map((replay) => ({ id: replay.id, view: replayView(replay) })),
      isFiltered: query.endpoint !== undefined,
      limit: query.limit,
      cursor: query.cursor,
      now: () => surroundings.now(),
    });
    return reply(200, pageView(page));
  });

  serve(getReplay, async ({ scope, params, reply }) =>
    reply(200, replayView(await find(scope, params.id))),
  );

  /** @param change gives what is to be written, or undefined if nothing is. @throws Problem 404, 409 */
  async function changed(
    scope: Scope,
    id: string,
    change: (replay: Replay) => Partial<Replay> | undefined,
  ): Promise<Replay> {
    const written = await optimistically(ROUNDS, async () => {
      const replay = await find(scope, id);
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

  serve(cancelReplay, async ({ scope, params, reply }) => {
    const replay = await changed(scope, params.id, (found) => {
      if (found.state === 'cancelled') return undefined;
      refuseIfEnded(found);
      return { state: 'cancelled', cancelledBy: 'user' };
    });
    return reply(200, replayView(replay));
  });

  serve(pauseReplay, async ({ scope, params, reply }) => {
    const replay = await changed(scope, params.id, (found) => {
      refuseIfEnded(found);
      return found.state === 'paused' ? undefined : { state: 'paused' };
    });
    return reply(200, replayView(replay));
  });

  serve(resumeReplay, async ({ scope, params, reply }) => {
    const before = await find(scope, params.id);
    // Before it is resumed: one that is listed as running has something that carries it out.
    if (before.state === 'paused')
      await start(ports, before, before.version + 1, RESUMED_AFTER_SECONDS);
    const replay = await changed(scope, params.id, (found) => {
      refuseIfEnded(found);
      return found.state === 'running' ? undefined : { state: 'running' };
    });
    // Also if it runs already: the message of an earlier call may not have been sent.
    await start(ports, replay, replay.version);
    return reply(200, replayView(replay));
  });
}

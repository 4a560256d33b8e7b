// /v1/replays, and what all that failed is recovered by: deliveries of an endpoint and a span of time, sent once more.

import type { DeliveryLedger } from '../../core/deliveries/ledger.ts';
import type { EndpointStore } from '../../core/endpoints/store.ts';
import type { DedupeLedger } from '../../core/events/ledger.ts';
import { isId } from '../../core/identifiers.ts';
import { optimistically } from '../../core/optimistic.ts';
import { Problem } from '../../core/problem.ts';
import type { ReplayLedger } from '../../core/replays/ledger.ts';
import type { ReplayQueue } from '../../core/replays/message.ts';
import { hasEnded, type Replay, type ReplayInput } from '../../core/replays/replay.ts';
import { countReplayed, type ReplayCount } from '../../core/replays/search.ts';
import type { Scope } from '../../core/scope.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import type { Application } from '../../http/application.ts';
import type { AppContext, Authentication } from '../../http/authentication.ts';
import { refused } from '../../http/body.ts';
import { creationOf } from '../../http/creation.ts';
import { serve } from '../../http/operation.ts';
import { filteredPage } from '../listing/filtered-page.ts';
import { listView } from '../listing/query.ts';
import { requireEndpoint, requireLiveEndpoint } from '../lookups.ts';
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

/** How long a dry run counts. */
const COUNT_MS = 20_000;
/** How often a cancellation is tried again when the replay moved in the meantime. */
const ROUNDS = 10;

export interface ReplayRoutePorts {
  readonly registry: Pick<EndpointStore, 'getEndpoint'>;
  readonly replays: ReplayLedger;
  readonly ledger: Pick<DeliveryLedger, 'getDeliveries'> & DedupeLedger;
  readonly queues: ReplayQueue;
  readonly surroundings: Surroundings;
}

export function addReplayRoutes(
  app: Application,
  authentication: Authentication,
  ports: ReplayRoutePorts,
): void {
  const { replays, surroundings } = ports;

  /** @throws Problem 404, the same for another tenant's replay as for none */
  async function find(scope: Scope, id: string): Promise<Replay> {
    const replay = isId('rpl', id) ? await replays.getReplay(scope, id) : undefined;
    if (!replay) throw new Problem(404, NO_REPLAY);
    return replay;
  }

  type Begun = { readonly count: ReplayCount } | { readonly replay: Replay };

  async function begin(c: AppContext, scope: Scope, input: ReplayInput): Promise<Begun> {
    const endpoint = await requireLiveEndpoint(ports.registry, scope, input.endpoint);
    const nowMs = surroundings.now();
    const asked = newReplay({ ...scope, endpointId: endpoint.id }, input, '', nowMs);
    if (input.dryRun) {
      const endMs = nowMs + COUNT_MS;
      return { count: await countReplayed(ports, asked, () => surroundings.now() > endMs) };
    }
    const body = bodyOf(input);
    const { id, atMs } = await creationOf(c, ports, scope, {
      kind: 'replays',
      prefix: 'rpl',
      body,
    });
    const replay = await replays.putReplayOnce(newReplay(asked, input, id, atMs));
    // A repeat goes out again: a crash after the first one's put loses nothing.
    if (replay.state === 'running') await start(ports, replay, 1);
    return { replay };
  }

  const addressOf = ({ id }: Replay) => ({ Location: `/v1/replays/${id}` });

  serve(app, authentication, createReplay, async ({ c, scope, body, reply }) => {
    const begun = await begin(c, scope, body);
    if ('count' in begun) return reply(200, begun.count);
    return reply(202, replayView(begun.replay), addressOf(begun.replay));
  });

  serve(app, authentication, recoverEndpoint, async ({ c, scope, params, body, reply }) => {
    const begun = await begin(c, scope, { ...body, endpoint: params.id, status: 'failed' });
    if ('count' in begun) return reply(200, begun.count);
    return reply(202, replayView(begun.replay), addressOf(begun.replay));
  });

  serve(app, authentication, listReplays, async ({ scope, query, reply }) => {
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
    return reply(
      200,
      listView(page, (view) => view),
    );
  });

  serve(app, authentication, getReplay, async ({ scope, params, reply }) =>
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
    if (hasEnded(replay)) throw new Problem(409, `The replay is ${replay.state} already.`);
  }

  serve(app, authentication, cancelReplay, async ({ scope, params, reply }) => {
    const replay = await changed(scope, params.id, (found) => {
      if (found.state === 'cancelled') return undefined;
      refuseIfEnded(found);
      return { state: 'cancelled', cancelledBy: 'user' };
    });
    return reply(200, replayView(replay));
  });

  serve(app, authentication, pauseReplay, async ({ scope, params, reply }) => {
    const replay = await changed(scope, params.id, (found) => {
      refuseIfEnded(found);
      return found.state === 'paused' ? undefined : { state: 'paused' };
    });
    return reply(200, replayView(replay));
  });

  serve(app, authentication, resumeReplay, async ({ scope, params, reply }) => {
    const replay = await changed(scope, params.id, (found) => {
      refuseIfEnded(found);
      return found.state === 'running' ? undefined : { state: 'running' };
    });
    // Also if it runs already: the message of an earlier call may not have been sent.
    await start(ports, replay, replay.version);
    return reply(200, replayView(replay));
  });

  function newReplay(
    address: Pick<Replay, 'tenant' | 'environment' | 'endpointId'>,
    input: ReplayInput,
    id: string,
    atMs: number,
  ): Replay {
    const sinceMs = Date.parse(input.since);
    if (sinceMs >= atMs) throw refused([{ path: '/since', message: 'must be in the past' }]);
    const { tenant, environment, endpointId } = address;
    return {
      tenant,
      environment,
      endpointId,
      id,
      sinceMs,
      untilMs: Math.min(input.until === undefined ? atMs : Date.parse(input.until), atMs),
      status: input.status,
      types: input.types,
      ...(input.subject === undefined ? {} : { subject: input.subject }),
      state: 'running',
      isSearched: false,
      page: [],
      found: 0,
      sent: 0,
      skipped: 0,
      createdAtMs: atMs,
      updatedAtMs: atMs,
      version: 1,
      writer: writerOf(surroundings),
    };
  }
}

const writerOf = ({ random }: Surroundings): string => Buffer.from(random(9)).toString('base64url');

/** What makes it another replay, in the form that keys in the ledger were hashed over before. */
function bodyOf({ endpoint, since, until, status, types, subject }: ReplayInput): unknown {
  const always = [endpoint, since, until ?? null, status, types];
  return subject === undefined ? always : [...always, subject];
}

async function start({ queues }: ReplayRoutePorts, replay: Replay, version: number): Promise<void> {
  const { tenant, environment, endpointId, id: replayId } = replay;
  const message = { tenant, environment, endpointId, replayId, version };
  const refusals = await queues.sendReplays([{ replay: message, delaySeconds: 0 }]);
  if (refusals.size === 0) return;
  throw new Problem(503, 'The replay could not be started. Send it again.', [], {
    'Retry-After': '1',
  });
}

function replayView(replay: Replay) {
  const time = (atMs: number): string => new Date(atMs).toISOString();
  return {
    id: replay.id,
    endpoint: replay.endpointId,
    state: replay.state,
    status: replay.status,
    types: replay.types,
    subject: replay.subject ?? null,
    since: time(replay.sinceMs),
    until: time(replay.untilMs),
    reachedAt: replay.reachedMs === undefined ? null : time(replay.reachedMs),
    found: replay.found,
    sent: replay.sent,
    skipped: replay.skipped,
    cancelledBy: replay.cancelledBy ?? null,
    createdAt: time(replay.createdAtMs),
    updatedAt: time(replay.updatedAtMs),
    finishedAt: hasEnded(replay) ? time(replay.updatedAtMs) : null,
  };
}

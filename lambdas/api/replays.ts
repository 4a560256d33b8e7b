// POST and GET /v1/replays, and /cancel: deliveries of an endpoint and a span of time, sent once more.
import type { Scope } from '../core/event.ts';
import { isId } from '../core/identifiers.ts';
import type {
  DedupeLedger,
  DeliveryLedger,
  Queues,
  Registry,
  ReplayLedger,
  Surroundings,
} from '../core/ports.ts';
import { Problem } from '../core/problem.ts';
import type { Replay, ReplayInput } from '../core/replay.ts';
import { countReplayed } from '../core/replay-search.ts';
import type { Application } from '../http/application.ts';
import type { Authentication } from '../http/authentication.ts';
import { refused } from '../http/body.ts';
import { creationOf } from '../http/creation.ts';
import { serve } from '../http/operation.ts';
import { NO_ENDPOINT } from './endpoint-operations.ts';
import { cancelReplay, createReplay, getReplay, NO_REPLAY } from './replay-operations.ts';

/** How long a dry run counts. */
const COUNT_MS = 20_000;
/** How often a cancellation is tried again when the replay moved in the meantime. */
const ROUNDS = 10;

export interface ReplayRoutePorts {
  readonly registry: Pick<Registry, 'getEndpoint'>;
  readonly replays: ReplayLedger;
  readonly ledger: Pick<DeliveryLedger, 'getDeliveries'> & DedupeLedger;
  readonly queues: Pick<Queues, 'sendReplays'>;
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

  serve(app, authentication, createReplay, async ({ c, scope, body: input, reply }) => {
    const endpoint = isId('ep', input.endpoint)
      ? await ports.registry.getEndpoint(scope, input.endpoint)
      : undefined;
    if (!endpoint || endpoint.deletedAtMs !== undefined) throw new Problem(404, NO_ENDPOINT);
    const nowMs = surroundings.now();
    const asked = newReplay({ ...scope, endpointId: endpoint.id }, input, '', nowMs);
    if (input.dryRun) {
      const endMs = nowMs + COUNT_MS;
      return reply(200, await countReplayed(ports, asked, () => surroundings.now() > endMs));
    }
    const body = bodyOf(input);
    const { id, atMs } = await creationOf(c, ports, scope, {
      kind: 'replays',
      prefix: 'rpl',
      body,
    });
    const replay = await replays.putReplayOnce(newReplay(asked, input, id, atMs));
    // A repeat goes out again: a crash after the first one's put loses nothing.
    if (replay.state === 'running') await start(ports, replay);
    return reply(202, replayView(replay), { Location: `/v1/replays/${replay.id}` });
  });

  serve(app, authentication, getReplay, async ({ scope, params, reply }) =>
    reply(200, replayView(await find(scope, params.id))),
  );

  serve(app, authentication, cancelReplay, async ({ scope, params, reply }) => {
    for (let round = 0; round < ROUNDS; round++) {
      const replay = await find(scope, params.id);
      if (replay.state === 'cancelled') return reply(200, replayView(replay));
      if (replay.state === 'done') throw new Problem(409, 'The replay is done already.');
      const after: Replay = {
        ...replay,
        state: 'cancelled',
        cancelledBy: 'user',
        version: replay.version + 1,
        updatedAtMs: surroundings.now(),
        writer: writerOf(surroundings),
      };
      if (await replays.replaceReplay(replay.version, after)) return reply(200, replayView(after));
    }
    throw new Problem(409, 'The replay is changing at the moment. Try again.');
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
function bodyOf({ endpoint, since, until, status, types }: ReplayInput): unknown {
  return [endpoint, since, until ?? null, status, types];
}

async function start({ queues }: ReplayRoutePorts, replay: Replay): Promise<void> {
  const { tenant, environment, endpointId, id: replayId } = replay;
  const message = { tenant, environment, endpointId, replayId, version: 1 };
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
    since: time(replay.sinceMs),
    until: time(replay.untilMs),
    found: replay.found,
    sent: replay.sent,
    skipped: replay.skipped,
    cancelledBy: replay.cancelledBy ?? null,
    createdAt: time(replay.createdAtMs),
    updatedAt: time(replay.updatedAtMs),
    finishedAt: replay.state === 'running' ? null : time(replay.updatedAtMs),
  };
}

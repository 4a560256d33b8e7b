// How a replay begins: counted only, or put and set going.

import { defined } from '../../core/defined.ts';
import type { EndpointStore } from '../../core/endpoints/store.ts';
import { instantMs } from '../../core/instant.ts';
import { Problem } from '../../core/problem.ts';
import type { ReplayLedger } from '../../core/replays/ledger.ts';
import type { ReplayQueue } from '../../core/replays/message.ts';
import type { Replay, ReplayInput } from '../../core/replays/replay.ts';
import {
  countReplayed,
  type ReplayCount,
  type ReplaySearchPorts,
} from '../../core/replays/search.ts';
import type { Scope } from '../../core/scope.ts';
import { type Surroundings, writerOf } from '../../core/surroundings.ts';
import { endpointsOf } from '../../http/admission.ts';
import type { AppContext } from '../../http/authentication.ts';
import { refused } from '../../http/body.ts';
import { type Creation, type CreationPorts, createOnce } from '../../http/creation.ts';
import { requireLiveEndpoint } from '../lookups.ts';

/** The replay's message waits for its put; should that take longer, the message comes again. */
const START_SECONDS = 1;
/** How long a dry run counts. */
const COUNT_MS = 20_000;

export interface ReplayRoutePorts extends ReplaySearchPorts {
  readonly registry: Pick<EndpointStore, 'getEndpoint'>;
  readonly replays: ReplayLedger;
  readonly ledger: ReplaySearchPorts['ledger'] & CreationPorts['ledger'];
  readonly queues: ReplayQueue;
  readonly surroundings: Surroundings;
}

type Begun = { readonly count: ReplayCount } | { readonly replay: Replay };

export async function begin(
  c: AppContext,
  ports: ReplayRoutePorts,
  scope: Scope,
  input: ReplayInput,
): Promise<Begun> {
  const nowMs = ports.surroundings.now();
  const check = async () => {
    const endpoint = await requireLiveEndpoint(ports.registry, scope, input.endpoint);
    const address = { ...scope, endpointId: endpoint.id };
    return newReplay(ports, address, input, { id: '', atMs: nowMs });
  };
  if (input.dryRun) {
    const asked = await check();
    const endMs = nowMs + COUNT_MS;
    return { count: await countReplayed(ports, asked, () => ports.surroundings.now() > endMs) };
  }
  const replay = await createOnce(c, ports, scope, {
    // A session for certain endpoints does not learn which keys were used for others.
    kind: endpointsOf(c) ? `replays of ${input.endpoint}` : 'replays',
    prefix: 'rpl',
    body: bodyOf(input),
    find: async (id) => {
      const found = await ports.replays.getReplay(scope, id);
      if (found?.state === 'running') await start(ports, found, 1);
      return found;
    },
    check,
    make: async (creation, asked) => {
      const made = newReplay(ports, asked, input, creation);
      // Before the replay is put: one that is listed as running has something that carries it out.
      await start(ports, made, 1);
      const stored = await ports.replays.putReplayOnce(made);
      // For an id of an earlier request, a message that comes before the put does not come again.
      if (creation.atMs < nowMs) await start(ports, stored, 1);
      return stored;
    },
  });
  return { replay };
}

function newReplay(
  { surroundings }: ReplayRoutePorts,
  address: Pick<Replay, 'tenant' | 'environment' | 'endpointId'>,
  input: ReplayInput,
  { id, atMs }: Creation,
): Replay {
  const sinceMs = instantMs(input.since);
  if (sinceMs >= atMs) throw refused([{ path: '/since', message: 'must be in the past' }]);
  const { tenant, environment, endpointId } = address;
  return {
    tenant,
    environment,
    endpointId,
    id,
    sinceMs,
    untilMs: Math.min(input.until === undefined ? atMs : instantMs(input.until), atMs),
    status: input.status,
    types: input.types,
    ...defined({ subject: input.subject }),
    state: 'running',
    isSearched: false,
    looksAgain: input.status === 'dead',
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

/** What makes it another replay, in the form that keys in the ledger were hashed over before. */
function bodyOf({ endpoint, since, until, status, types, subject }: ReplayInput): unknown {
  const always = [endpoint, since, until ?? null, status, types];
  return subject === undefined ? always : [...always, subject];
}

export async function start(
  { queues }: ReplayRoutePorts,
  replay: Replay,
  version: number,
  delaySeconds = START_SECONDS,
): Promise<void> {
  const { tenant, environment, endpointId, id: replayId } = replay;
  const message = { tenant, environment, endpointId, replayId, version };
  const refusals = await queues.sendReplays([{ replay: message, delaySeconds }]);
  if (refusals.size === 0) return;
  throw new Problem(503, 'The replay could not be started. Send the request again.', [], {
    'Retry-After': '1',
  });
}

// How a replay begins: counted only, or put and set going.
import { defined } from '../../core/defined.ts';
import type { DeliveryLedger } from '../../core/deliveries/ledger.ts';
import type { EndpointStore } from '../../core/endpoints/store.ts';
import { Problem } from '../../core/problem.ts';
import type { ReplayLedger } from '../../core/replays/ledger.ts';
import type { ReplayQueue } from '../../core/replays/message.ts';
import type { Replay, ReplayInput } from '../../core/replays/replay.ts';
import { countReplayed, type ReplayCount } from '../../core/replays/search.ts';
import type { Scope } from '../../core/scope.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import type { AppContext } from '../../http/authentication.ts';
import { refused } from '../../http/body.ts';
import { type Creation, type CreationPorts, createOnce } from '../../http/creation.ts';
import { requireLiveEndpoint } from '../lookups.ts';

/** How long a dry run counts. */
const COUNT_MS = 20_000;

export interface ReplayRoutePorts {
  readonly registry: Pick<EndpointStore, 'getEndpoint'>;
  readonly replays: ReplayLedger;
  readonly ledger: Pick<DeliveryLedger, 'getDeliveries'> & CreationPorts['ledger'];
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
  const check = async () => {
    const endpoint = await requireLiveEndpoint(ports.registry, scope, input.endpoint);
    const creation = { id: '', atMs: ports.surroundings.now() };
    return newReplay(ports, { ...scope, endpointId: endpoint.id }, input, creation);
  };
  if (input.dryRun) {
    const asked = await check();
    const endMs = asked.createdAtMs + COUNT_MS;
    return { count: await countReplayed(ports, asked, () => ports.surroundings.now() > endMs) };
  }
  const replay = await createOnce(c, ports, scope, {
    kind: 'replays',
    prefix: 'rpl',
    body: bodyOf(input),
    find: (id) => ports.replays.getReplay(scope, id),
    check,
    make: (creation, asked) =>
      ports.replays.putReplayOnce(newReplay(ports, asked, input, creation)),
  });
  // A repeat goes out again: a crash after the first one's put loses nothing.
  if (replay.state === 'running') await start(ports, replay, 1);
  return { replay };
}

function newReplay(
  { surroundings }: ReplayRoutePorts,
  address: Pick<Replay, 'tenant' | 'environment' | 'endpointId'>,
  input: ReplayInput,
  { id, atMs }: Creation,
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
    ...defined({ subject: input.subject }),
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

export const writerOf = ({ random }: Surroundings): string =>
  Buffer.from(random(9)).toString('base64url');

/** What makes it another replay, in the form that keys in the ledger were hashed over before. */
function bodyOf({ endpoint, since, until, status, types, subject }: ReplayInput): unknown {
  const always = [endpoint, since, until ?? null, status, types];
  return subject === undefined ? always : [...always, subject];
}

export async function start(
  { queues }: ReplayRoutePorts,
  replay: Replay,
  version: number,
): Promise<void> {
  const { tenant, environment, endpointId, id: replayId } = replay;
  const message = { tenant, environment, endpointId, replayId, version };
  const refusals = await queues.sendReplays([{ replay: message, delaySeconds: 0 }]);
  if (refusals.size === 0) return;
  throw new Problem(503, 'The replay could not be started. Send the request again.', [], {
    'Retry-After': '1',
  });
}

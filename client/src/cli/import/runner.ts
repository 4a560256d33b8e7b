// Creates what is planned, once: what a run before has created is found by the end of its description.
import { createHash } from 'node:crypto';
import { ApiError, NotFoundError } from '../../errors.ts';
import type { Endpoint, EndpointInput } from '../../models.ts';
import type { Posthorn } from '../../posthorn.ts';
import { type CommandCall, Unsuccessful, UsageError } from '../command.ts';
import { type Planned, sourceOf } from './plan.ts';
import { MOST_ENTRIES } from './vendor-api.ts';

/** A type that no event has: an endpoint with this pattern alone gets nothing. */
export const NOTHING = 'posthorn.import.incomplete';

type Action =
  | 'create'
  | 'create paused'
  | 'create incomplete'
  | 'incomplete'
  | 'finish'
  | 'unchanged'
  | 'differs'
  | 'update'
  | 'skip'
  | 'refused';

interface Row {
  readonly source: string;
  readonly tenant?: string | undefined;
  readonly url: string;
  readonly action: Action;
  readonly endpoint?: string | undefined;
  readonly why: readonly string[];
}

interface Run {
  readonly call: CommandCall;
  readonly vendor: string;
  readonly isDry: boolean;
  readonly isUpdate: boolean;
}

/** @param environment of the endpoints, for a tenant of each owner */
export async function runImport(
  call: CommandCall,
  vendor: string,
  planned: readonly Planned[],
  environment: 'live' | 'test' | undefined,
): Promise<void> {
  const { options, out, posthorn, signal } = call;
  if (planned.length > MOST_ENTRIES) {
    throw new Unsuccessful(`more than ${MOST_ENTRIES} endpoints: import in parts`);
  }
  const only = options.text('owner');
  // Svix knows an application by its own id, too.
  const chosen = planned.filter(
    ({ owner, source }) => only === undefined || owner === only || source.startsWith(`${only}/`),
  );
  if (chosen.length === 0 && planned.length > 0) {
    throw new UsageError(`--owner ${only}: no endpoint has this owner`);
  }
  const owners = new Set(chosen.map(({ owner }) => owner));
  const byOwner = options.flag('by-owner');
  if (owners.size > 1 && !byOwner) {
    throw new UsageError(
      `these endpoints have ${owners.size} owners: give --owner for one of them, or --by-owner for a tenant each`,
    );
  }
  const run = { call, vendor, isDry: options.flag('dry-run'), isUpdate: options.flag('update') };
  const rows: Row[] = [];
  try {
    for (const owner of owners) {
      const own = chosen.filter((one) => one.owner === owner);
      const tenant = byOwner ? owner : undefined;
      if (byOwner && !/^[A-Za-z0-9_-]{1,64}$/.test(owner ?? '')) {
        rows.push(...own.map((one) => rowOf(one, 'skip', ['its owner is no id of a tenant'])));
        continue;
      }
      const client = tenant === undefined ? posthorn : posthorn.forTenant(tenant, environment);
      const there = await existingOf(run, client, tenant);
      for (const one of own) {
        signal.throwIfAborted();
        out.progress(`${rows.length} of ${chosen.length} endpoints`);
        rows.push({ ...(await settle(run, client, one, there)), tenant });
      }
    }
  } finally {
    // Also where it broke off: what is listed has been done.
    out.list(rows, columns(byOwner));
  }
  const open = rows.filter(({ action }) => OPEN.has(action)).length;
  if (run.isDry) out.note('dry run: nothing was changed');
  else if (open > 0) {
    throw new Unsuccessful(`${open} of ${rows.length} endpoints need a hand: see WHY`);
  }
}

/** What somebody has to look at. */
const OPEN: ReadonlySet<Action> = new Set([
  'create incomplete',
  'incomplete',
  'skip',
  'refused',
  'differs',
]);

const columns = (byOwner: boolean) => (row: Row) => ({
  source: row.source,
  ...(byOwner && { tenant: row.tenant }),
  url: row.url,
  action: row.action,
  endpoint: row.endpoint,
  why: row.why,
});

const rowOf = ({ source, input }: Planned, action: Action, why: readonly string[]): Row => ({
  source,
  url: withoutQuery(input.url ?? ''),
  action,
  why,
});

/** A query, and a user, may be a secret. */
function withoutQuery(url: string): string {
  return url.replace(/[?#].*$/s, '').replace(/^([^/]*\/\/)[^/]*@/, '$1');
}

/** By their marks. The tenant is made where there is none. */
async function existingOf(
  { isDry }: Run,
  client: Posthorn,
  tenant: string | undefined,
): Promise<ReadonlyMap<string, Endpoint>> {
  const there = new Map<string, Endpoint>();
  if (tenant !== undefined) {
    try {
      await client.tenants.get(tenant);
    } catch (error) {
      if (!(error instanceof NotFoundError)) throw error;
      if (!isDry) await client.tenants.put(tenant, tenant);
      return there;
    }
  }
  for await (const endpoint of client.endpoints.list({ limit: 100 })) {
    const mark = sourceOf(endpoint);
    if (mark !== undefined) there.set(mark, endpoint);
  }
  return there;
}

async function settle(
  run: Run,
  client: Posthorn,
  planned: Planned,
  there: ReadonlyMap<string, Endpoint>,
): Promise<Row> {
  const { impossible, lost, notes } = planned;
  const existing = there.get(`${run.vendor}:${planned.source}`);
  if (existing) return { ...(await again(run, client, planned, existing)), endpoint: existing.id };
  if (impossible !== undefined) return rowOf(planned, 'skip', [impossible]);
  const action =
    lost.length > 0 ? 'create incomplete' : planned.isPaused ? 'create paused' : 'create';
  if (run.isDry) return rowOf(planned, action, [...lost, ...notes]);
  try {
    const { id } = await create(client, run.vendor, planned);
    return { ...rowOf(planned, action, [...lost, ...notes]), endpoint: id };
  } catch (error) {
    return refusedOf(planned, error);
  }
}

/** One that the service does not take leaves the others to be imported. */
function refusedOf(planned: Planned, error: unknown): Row {
  const isItsOwn = error instanceof ApiError && [400, 409, 412, 413, 422].includes(error.status);
  if (!isItsOwn) throw error;
  const { detail, errors = [] } = error.problem;
  const faults = errors.map(({ path, message }) => `${path} ${message}`);
  return rowOf(planned, 'refused', faults.length > 0 ? faults : [detail]);
}

async function create(client: Posthorn, vendor: string, planned: Planned): Promise<Endpoint> {
  const { input, isPaused, lost, source } = planned;
  const isWhole = lost.length === 0;
  const key = createHash('sha256').update(`${vendor}:${source}`).digest('hex');
  const isActive = isWhole && !isPaused;
  // An endpoint is created active: until it is paused, it must match nothing.
  const first: EndpointInput = isActive ? input : { ...input, eventTypes: [NOTHING] };
  const endpoint = await client.endpoints.create(first, `import-${key}`);
  if (isActive) return endpoint;
  const paused = await client.endpoints.pause(endpoint.id);
  return isWhole ? finish(client, planned, paused) : paused;
}

/** Gives it the events that it is to have. */
async function finish(
  client: Posthorn,
  { input, isPaused }: Planned,
  existing: Endpoint,
): Promise<Endpoint> {
  const { id, status } = existing;
  if (isPaused && status !== 'paused') await client.endpoints.pause(id);
  const eventTypes = input.eventTypes ?? [];
  const changed = await client.endpoints.update(id, { ...changesOf(input, existing), eventTypes });
  return !isPaused && status === 'paused' ? client.endpoints.resume(id) : changed;
}

async function again(
  { isDry, isUpdate }: Run,
  client: Posthorn,
  planned: Planned,
  existing: Endpoint,
): Promise<Row> {
  const { lost, input } = planned;
  const isOpen = existing.eventTypes.length === 1 && existing.eventTypes[0] === NOTHING;
  // What was completed by hand is better than what could be read.
  if (lost.length > 0) return rowOf(planned, isOpen ? 'incomplete' : 'unchanged', lost);
  try {
    if (isOpen) {
      if (!isDry) await finish(client, planned, existing);
      return rowOf(planned, 'finish', []);
    }
    const changes = changesOf(input, existing);
    const names = Object.keys(changes);
    if (names.length === 0) return rowOf(planned, 'unchanged', []);
    if (!isUpdate) return rowOf(planned, 'differs', names);
    if (!isDry) await client.endpoints.update(existing.id, changes);
    return rowOf(planned, 'update', names);
  } catch (error) {
    return refusedOf(planned, error);
  }
}

/** Secrets and authentication are shown masked, so they cannot be compared. */
const COMPARED = [
  'url',
  'eventTypes',
  'channels',
  'filter',
  'method',
  'headers',
  'timeoutMs',
  'maxPerSecond',
  'renameHeaders',
] as const;

function changesOf(input: EndpointInput, existing: Endpoint) {
  const differing = COMPARED.filter((name) => {
    const wanted = input[name];
    return wanted !== undefined && JSON.stringify(wanted) !== JSON.stringify(existing[name]);
  });
  return Object.fromEntries(differing.map((name) => [name, input[name]]));
}

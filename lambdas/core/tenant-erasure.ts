// Removing a deleted tenant's personal data for good, page by page: its keys, what its endpoints hold, and what
// its events and deliveries hold. Skeletons stay until TTL removes them. Every step may be repeated.
import type { Endpoint } from './endpoint.ts';
import { ENVIRONMENTS, type Environment, type Scope } from './event.ts';
import type { EventLedger, Registry, Tenant } from './ports.ts';
import { isRedacted, type RedactionPorts, redactDeliveries } from './redaction.ts';
import type { SealedEndpoints } from './reseal-walk.ts';

/** Two rounds: the second is for what was under way when the tenant was deleted. */
const ROUNDS = 2;
/** The second one begins so long after the deletion: longer than any invocation and any cache lasts. */
export const SETTLED_MS = 2 * 60_000;
const PAGE = 50;

const STAGES = ['keys', 'endpoints', 'events'] as const;

export interface ErasurePlace {
  readonly round: number;
  readonly environment: Environment;
  readonly stage: (typeof STAGES)[number];
  readonly after?: string;
}

export interface Erasure {
  readonly state: 'running' | 'done';
  /** Absent once it is done. */
  readonly at?: ErasurePlace;
  /** What was removed so far. */
  readonly done: Readonly<Record<(typeof STAGES)[number], number>>;
  readonly finishedAtMs?: number;
}

export const NEW_ERASURE: Erasure = {
  state: 'running',
  at: { round: 1, environment: ENVIRONMENTS[0], stage: STAGES[0] },
  done: { keys: 0, endpoints: 0, events: 0 },
};

export interface ErasurePorts extends RedactionPorts {
  readonly registry: Pick<Registry, 'listKeys' | 'deleteKey' | 'replaceEndpoint'>;
  readonly endpoints: Pick<SealedEndpoints, 'listAll'>;
  readonly ledger: RedactionPorts['ledger'] & Pick<EventLedger, 'listEvents'>;
}

/** Whether the next step has to wait until everything that was under way has ended. */
export function startsAtMs(tenant: Tenant, { round }: ErasurePlace): number {
  return round === 1 ? 0 : (tenant.deletedAtMs ?? 0) + SETTLED_MS;
}

/** One page of the work: the tenant as it is to be written down after it. */
export async function eraseOn(
  ports: ErasurePorts,
  tenant: Tenant,
  erasure: Erasure,
  at: ErasurePlace,
  nowMs: number,
): Promise<Tenant> {
  const scope = { tenant: tenant.id, environment: at.environment };
  const { removed, next } = await erasePage(ports, scope, at, nowMs);
  const done = { ...erasure.done, [at.stage]: erasure.done[at.stage] + removed };
  const place = next === undefined ? placeAfter(at) : { ...at, after: next };
  if (place) return { ...tenant, erasure: { state: 'running', at: place, done } };
  // The name may be a person's.
  return { ...tenant, name: '', erasure: { state: 'done', done, finishedAtMs: nowMs } };
}

function placeAfter({ round, environment, stage }: ErasurePlace): ErasurePlace | undefined {
  const nextStage = STAGES[STAGES.indexOf(stage) + 1];
  if (nextStage) return { round, environment, stage: nextStage };
  const nextEnvironment = ENVIRONMENTS[ENVIRONMENTS.indexOf(environment) + 1];
  if (nextEnvironment) return { round, environment: nextEnvironment, stage: STAGES[0] };
  if (round === ROUNDS) return undefined;
  return { round: round + 1, environment: ENVIRONMENTS[0], stage: STAGES[0] };
}

interface ErasedPage {
  readonly removed: number;
  readonly next: string | undefined;
}

async function erasePage(
  ports: ErasurePorts,
  scope: Scope,
  { stage, after }: ErasurePlace,
  nowMs: number,
): Promise<ErasedPage> {
  switch (stage) {
    case 'keys': {
      const page = await ports.registry.listKeys(scope, PAGE, after);
      await Promise.all(page.entries.map((key) => ports.registry.deleteKey(key)));
      return { removed: page.entries.length, next: page.next };
    }
    case 'endpoints': {
      const page = await ports.endpoints.listAll(scope, PAGE, after);
      const full = page.entries.filter((endpoint) => !isErased(endpoint));
      const erased = await Promise.all(
        full.map((one) => ports.registry.replaceEndpoint(one, erasedEndpoint(one, nowMs))),
      );
      return { removed: erased.filter(Boolean).length, next: page.next };
    }
    case 'events': {
      const page = await ports.ledger.listEvents(scope, {}, PAGE, after);
      const full = page.entries.filter(({ event }) => !isRedacted(event));
      await Promise.all(
        full.map(({ event }) => ports.ledger.redactEvent({ ...scope, eventId: event.id }, nowMs)),
      );
      for (const stored of page.entries) await redactDeliveries(ports, stored, nowMs);
      return { removed: full.length, next: page.next };
    }
    default:
      return stage satisfies never;
  }
}

/** A tombstone that says what was here, and nothing of whom it led to. */
export function erasedEndpoint(endpoint: Endpoint, nowMs: number): Endpoint {
  const { tenant, environment, id, contract, method, timeoutMs, createdAtMs, version } = endpoint;
  return {
    tenant,
    environment,
    id,
    url: '',
    contract,
    contractOptions: {},
    eventTypes: [],
    channels: [],
    method,
    headers: {},
    timeoutMs,
    autoPause: false,
    description: '',
    sealedSecrets: [],
    maskedSecret: '',
    createdAtMs,
    version: version + 1,
    deletedAtMs: endpoint.deletedAtMs ?? nowMs,
  };
}

function isErased({ url, sealedSecrets, deletedAtMs }: Endpoint): boolean {
  return deletedAtMs !== undefined && url === '' && sealedSecrets.length === 0;
}

// Removing a deleted tenant's personal data for good, page by page: its keys, what its endpoints hold, its
// templates, its polling feeds, whom its replays were for, and what its events, their subjects and deliveries
// hold. Skeletons stay until TTL removes them. Every step may be repeated.
// A procedure: what it reads and writes goes through ports.

import type { Whose } from '../analytics/counting.ts';
import { COUNTING_AT_MOST_MS, type RollupErasure } from '../analytics/store.ts';
import type { Endpoint } from '../endpoints/endpoint.ts';
import type { EndpointStore, SealedEndpoints } from '../endpoints/store.ts';
import { isRedacted } from '../events/event.ts';
import type { EventLedger } from '../events/ledger.ts';
import { inParallel } from '../in-parallel.ts';
import type { IssueMarkStore } from '../issues/marks.ts';
import type { KeyErasure } from '../keys/store.ts';
import type { Page } from '../listing.ts';
import type { ReplayLedger } from '../replays/ledger.ts';
import { hasEnded, type Replay } from '../replays/replay.ts';
import { addressOf, ENVIRONMENTS, type Scope } from '../scope.ts';
import type { SessionStore } from '../sessions/store.ts';
import type { KeyringRemoval } from '../signing/keys.ts';
import type { RoutingStore } from '../subscriptions/routing.ts';
import type { Templates } from '../templates/store.ts';
import type { Erasure, ErasurePlace, Tenant } from '../tenants/tenant.ts';
import { NEW_ERASURE, STAGES } from '../tenants/tenant.ts';
import type { Tombstones } from '../tombstone.ts';
import type { TransformVersions } from '../transforms/transform.ts';
import { type RedactionPorts, redactDeliveries } from './redaction.ts';

/** Two rounds: the second is for what was under way when the tenant was deleted. */
const ROUNDS = 2;
/** The second one begins so long after the deletion: longer than any invocation, of which a count is the longest. */
const SETTLED_MS = COUNTING_AT_MOST_MS + 60_000;
const PAGE = 50;
/** Entries of a feed. */
const FEED_PAGE = 500;
const ROLLUP_PAGE = 200;

/** By stage. One that was begun before there was a stage has removed nothing in it. */
export function removedSoFar({ done }: Erasure): Erasure['done'] {
  return { ...NEW_ERASURE.done, ...done };
}

interface NoticeSettingsErasure {
  removeNoticeSettings(scope: Scope): Promise<void>;
}

interface NoticeErasure {
  /** Removes some of what is kept of endpoints to tell a tenant. @returns how much */
  clearNotices(scope: Scope, limit: number): Promise<number>;
}

export interface ErasurePorts extends RedactionPorts {
  readonly registry: KeyErasure &
    Pick<EndpointStore, 'replaceEndpoint'> &
    Pick<SealedEndpoints, 'listAll'> &
    Pick<TransformVersions, 'removeTransforms'> &
    RoutingStore &
    IssueMarkStore &
    NoticeSettingsErasure;
  readonly sessions: Pick<SessionStore, 'listSessions' | 'deleteSession'>;
  readonly keyring: KeyringRemoval;
  readonly replays: Pick<ReplayLedger, 'listReplays' | 'replaceReplay'>;
  readonly rollups: RollupErasure;
  readonly templates: Pick<Templates, 'listAllTemplates' | 'removeTemplate'>;
  readonly ledger: RedactionPorts['ledger'] &
    Pick<EventLedger, 'listEvents'> &
    NoticeErasure &
    Pick<Tombstones, 'listTombstones'>;
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
  const { removed, next, again } = await erasePage(ports, scope, at, nowMs);
  const soFar = removedSoFar(erasure);
  const done = { ...soFar, [at.stage]: soFar[at.stage] + removed };
  const further = next === undefined ? placeAfter(at) : { ...at, after: next };
  const place = again ? at : further;
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
  /** Whether the same page has more. */
  readonly again?: boolean;
}

async function erasePage(
  ports: ErasurePorts,
  scope: Scope,
  { stage, after }: ErasurePlace,
  nowMs: number,
): Promise<ErasedPage> {
  switch (stage) {
    case 'keys': {
      const removed = await ports.registry.deleteKeys(scope, PAGE);
      const sessions = await ports.sessions.listSessions(scope, PAGE);
      await inParallel(sessions.entries, PAGE, (one) => ports.sessions.deleteSession(one));
      const again = removed === PAGE || sessions.next !== undefined;
      if (!again) await ports.keyring.removeKeyring(scope);
      return { removed, next: undefined, again };
    }
    case 'endpoints': {
      const page = await ports.registry.listAll(scope, PAGE, after);
      const erase = (one: Endpoint) =>
        ports.registry.replaceEndpoint(one, { deletedAtMs: nowMs, ...one });
      return erased(page, await inParallel(page.entries, PAGE, erase));
    }
    case 'templates': {
      const page = await ports.templates.listAllTemplates(scope, PAGE, after);
      await inParallel(page.entries, PAGE, ({ id }) => ports.templates.removeTemplate(scope, id));
      const rules = await ports.registry.getRoutingRules(scope);
      if (rules.length > 0) await ports.registry.replaceRoutingRules(scope, rules, []);
      const marks = await ports.registry.getIssueMarks(scope);
      if (marks.length > 0) await ports.registry.replaceIssueMarks(scope, marks, []);
      await ports.registry.removeNoticeSettings(scope);
      const cleared = await ports.ledger.clearNotices(scope, PAGE);
      // What names them is gone, or is not sent any more.
      const removed = await ports.registry.removeTransforms(scope, PAGE);
      const again = removed === PAGE || cleared === PAGE;
      return { removed: page.entries.length, next: page.next, again };
    }
    case 'feeds': {
      const page = await ports.ledger.listTombstones(scope, 'ep', 1, after);
      const [endpoint] = page.entries;
      if (!endpoint) return { removed: 0, next: page.next };
      const removed = await ports.ledger.clearFeed(addressOf(endpoint), FEED_PAGE);
      return { removed, next: page.next, again: removed === FEED_PAGE };
    }
    case 'replays': {
      const page = await ports.replays.listReplays(scope, PAGE, after);
      const full = page.entries.filter(({ subject }) => subject !== undefined);
      const erase = (one: Replay) =>
        ports.replays.replaceReplay(one.version, erasedReplay(one, nowMs));
      return erased(page, await inParallel(full, PAGE, erase));
    }
    case 'events': {
      const page = await ports.ledger.listEvents(scope, {}, PAGE, after);
      const full = page.entries.filter(({ event }) => !isRedacted(event));
      await inParallel(full, PAGE, ({ event }) =>
        ports.ledger.redactEvent({ ...scope, eventId: event.id }, nowMs),
      );
      for (const stored of page.entries) await redactDeliveries(ports, stored, nowMs);
      return { removed: full.length, next: page.next };
    }
    case 'rollups': {
      // The tenant's own first, then those of one endpoint after the other.
      const page = after ? await ports.ledger.listTombstones(scope, 'ep', 1, after) : undefined;
      const [endpoint] = page?.entries ?? [];
      if (page && !endpoint) return { removed: 0, next: page.next };
      const whose: Whose = endpoint
        ? { kind: 'endpoint', ...scope, endpoint: endpoint.id }
        : { kind: 'tenant', ...scope };
      const removed = await ports.rollups.eraseRollups(whose, ROLLUP_PAGE);
      // No id of an endpoint sorts before its prefix.
      return { removed, next: page ? page.next : 'ep', again: removed === ROLLUP_PAGE };
    }
    default:
      return stage satisfies never;
  }
}

/** A page with an entry that was changed since it was read, by the deletion's own request for instance, is read again. */
function erased({ next }: Page<unknown>, written: readonly boolean[]): ErasedPage {
  return { removed: written.filter(Boolean).length, next, again: written.includes(false) };
}

/** Without its subject, and ended: otherwise it would continue with the events of all subjects. */
function erasedReplay({ subject, ...replay }: Replay, nowMs: number): Replay {
  return {
    ...replay,
    ...(hasEnded(replay) ? {} : { state: 'cancelled', cancelledBy: 'endpoint_deleted' }),
    updatedAtMs: nowMs,
    version: replay.version + 1,
    writer: 'erasure',
  };
}

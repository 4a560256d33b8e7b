// Runs a replay: finds a page of deliveries, stores it, opens a new run for each delivery, and continues. Every
// write is conditional, and each page is in the ledger before it is sent. So a duplicate message, or one that comes
// back after a crash, finds its work done or repeats it with the same result.
import { defined } from '../core/defined.ts';
import { LOST_AFTER_MS, retryMessage } from '../core/deliveries/advance.ts';
import type { Delivery } from '../core/deliveries/delivery.ts';
import type { DeliveryLedger } from '../core/deliveries/ledger.ts';
import type { DelayedMessage, RetryQueue } from '../core/deliveries/message.ts';
import { newRun } from '../core/deliveries/new-run.ts';
import { type OverduePorts, settleOverdue } from '../core/deliveries/overdue.ts';
import type { EndpointStore } from '../core/endpoints/store.ts';
import { NotYetStoredError, PartlyRefusedError } from '../core/errors.ts';
import type { EventLedger } from '../core/events/ledger.ts';
import { createdAtMs, deliveryIdOf } from '../core/identifiers.ts';
import { inParallel } from '../core/in-parallel.ts';
import type { ReplayLedger } from '../core/replays/ledger.ts';
import type { ReplayMessage, ReplayQueue } from '../core/replays/message.ts';
import {
  isOfStatus,
  isReopened,
  isUnsent,
  type PlannedReplay,
  type Replay,
} from '../core/replays/replay.ts';
import { findReplayed, type ReplaySearchPorts } from '../core/replays/search.ts';
import { type Surroundings, writerOf } from '../core/surroundings.ts';
import type { Wakes } from '../core/wakes/directory.ts';
import { sliceFrom } from './work-off.ts';

const PAGE = 100;
/** How many pages without a match are read before the progress is stored. */
const EMPTY_PAGES = 20;
/** A page takes seconds: a replay that has not moved for this long is taken over. */
const WATCH_SECONDS = 30;
/** The index of the dead is not further behind. */
const LOOK_AGAIN_SECONDS = 60;
/** Longer than the API works on a request. */
const PUT_WITHIN_MS = 60_000;

export interface ReplayPorts extends ReplaySearchPorts, OverduePorts {
  readonly replays: ReplayLedger;
  readonly ledger: Pick<DeliveryLedger, 'getDeliveries' | 'openRun' | 'settle'> &
    Pick<EventLedger, 'keepUntil'>;
  readonly registry: Pick<EndpointStore, 'getEndpoints'>;
  readonly queues: RetryQueue & ReplayQueue;
  readonly wakes: Wakes;
  readonly surroundings: Surroundings;
}

/** @param remainingMs how long the invocation may still take */
export async function replay(
  ports: ReplayPorts,
  message: ReplayMessage,
  remainingMs: () => number,
): Promise<void> {
  const isOutOfTime = sliceFrom(ports.surroundings, remainingMs);
  const seen = await ports.replays.getReplay(message, message.replayId);
  if (!seen) {
    // Its message is sent before it is put: one that is not there by now never will be.
    if (createdAtMs(message.replayId) < ports.surroundings.now() - PUT_WITHIN_MS) return;
    throw new NotYetStoredError(message.replayId);
  }
  const isLook =
    seen.state === 'done' && seen.looksAgain === true && seen.version === message.version;
  if (!isLook && seen.state !== 'running') return;
  // Another message works on it, or its function died: check again whether the replay makes progress.
  if (seen.version > message.version) return send(ports, seen, WATCH_SECONDS);
  const found = await ports.registry.getEndpoints([{ ...seen, id: seen.endpointId }]);
  const endpoint = found.get(seen.endpointId);
  const isDeleted = endpoint === undefined || endpoint.deletedAtMs !== undefined;
  if (isLook && isDeleted) return;
  let current = isLook ? fromTheBeginning(seen) : seen;
  for (;;) {
    const sent = isDeleted ? 0 : await sendPage(ports, current);
    const counted = withCounts(current, sent);
    const next: Replay = isDeleted
      ? { ...counted, state: 'cancelled', cancelledBy: 'endpoint_deleted' }
      : await searchOn(ports, counted);
    // Nothing was left out: it stays as it is.
    if (isLook && next.state === 'done' && current.version === seen.version) return;
    const after = written(ports, current, next);
    if (after.state === 'done' && after.looksAgain) await send(ports, after, LOOK_AGAIN_SECONDS);
    if (!(await ports.replays.replaceReplay(current.version, after))) {
      return giveWay(ports, current, sent);
    }
    if (after.state !== 'running') return;
    current = after;
    if (isOutOfTime()) return send(ports, current, 0);
  }
}

function fromTheBeginning({ cursor: _end, ...replay }: Replay): Replay {
  return { ...replay, state: 'running', isSearched: false, looksAgain: false };
}

/** Somebody else wrote: a user who paused or cancelled it, or another message. */
async function giveWay(ports: ReplayPorts, seen: Replay, sent: number): Promise<void> {
  const current = await ports.replays.getReplay(seen, seen.id);
  if (current?.state === 'running') return send(ports, current, WATCH_SECONDS);
  // Deliveries that were sent while the replay was being stopped are counted.
  if (current && current.state !== 'done' && current.version === seen.version + 1) {
    const after = written(ports, current, withCounts(current, sent));
    await ports.replays.replaceReplay(current.version, after);
  }
}

async function send(ports: ReplayPorts, current: Replay, delaySeconds: number): Promise<void> {
  const { tenant, environment, endpointId, id: replayId, version } = current;
  const replay = { tenant, environment, endpointId, replayId, version };
  const refused = await ports.queues.sendReplays([{ replay, delaySeconds }]);
  if (refused.size > 0) throw new PartlyRefusedError('SQS', refused.size, 1);
}

function written({ surroundings }: ReplayPorts, before: Replay, after: Replay): Replay {
  return {
    ...after,
    version: before.version + 1,
    updatedAtMs: surroundings.now(),
    writer: writerOf(surroundings),
  };
}

function withCounts(replay: Replay, sent: number): Replay {
  const skipped = replay.skipped + replay.page.length - sent;
  return { ...replay, page: [], sent: replay.sent + sent, skipped };
}

/** The next page that holds something, or the end. */
async function searchOn(ports: ReplayPorts, replay: Replay): Promise<Replay> {
  let { cursor, reachedMs } = replay;
  if (replay.isSearched) return { ...replay, state: 'done' };
  for (let round = 0; round < EMPTY_PAGES; round++) {
    const page = await findReplayed(ports, replay, PAGE, cursor);
    // What it sent and what died again is not sent by it twice.
    const planned = page.entries
      .filter(({ replayId }) => replayId !== replay.id)
      .map(({ eventId, run }) => ({ eventId, run }));
    const found = replay.found + planned.length;
    if (page.next === undefined) {
      const state = planned.length === 0 ? 'done' : 'running';
      const end = { reachedMs: replay.untilMs, isSearched: true };
      return { ...replay, ...end, state, page: planned, found };
    }
    cursor = page.next;
    const last = page.entries.at(-1);
    if (last) reachedMs = last.acceptedAtMs;
    if (planned.length > 0) return defined({ ...replay, reachedMs, page: planned, found, cursor });
  }
  return defined({ ...replay, reachedMs, cursor });
}

/** @returns how many of the page's deliveries were sent */
async function sendPage(ports: ReplayPorts, replay: Replay): Promise<number> {
  if (replay.page.length === 0) return 0;
  const nowMs = ports.surroundings.now();
  // Should messages be lost, this finds the new runs in the index.
  await ports.wakes.note(replay, nowMs + LOST_AFTER_MS);
  const refs = replay.page.map((planned) => refOf(replay, planned));
  const found = await ports.ledger.getDeliveries(refs, 'left out');
  const opened = await inParallel(replay.page, replay.page.length, (planned) => {
    const id = deliveryIdOf(planned.eventId, replay.endpointId);
    return open(ports, replay, planned, found.get(id), nowMs);
  });
  const reopened = opened.filter((delivery) => delivery !== undefined);
  const messages: DelayedMessage[] = reopened
    .filter(isUnsent)
    .map((delivery) => retryMessage(delivery, nowMs));
  const refused = messages.length > 0 ? await ports.queues.sendRetries(messages) : new Set();
  if (refused.size > 0) throw new PartlyRefusedError('SQS', refused.size, messages.length);
  return reopened.length;
}

/** The delivery in its new run, also if we opened it before; undefined if it moved on otherwise. */
async function open(
  ports: ReplayPorts,
  replay: Replay,
  planned: PlannedReplay,
  found: Delivery | undefined,
  nowMs: number,
): Promise<Delivery | undefined> {
  const { ledger, settings } = ports;
  if (!found) return undefined;
  if (found.run !== planned.run) return isReopened(replay, found, planned) ? found : undefined;
  const delivery = await settleOverdue(ports, found, nowMs);
  if (!isOfStatus(replay, delivery)) return undefined;
  const opened = newRun(delivery, 'replay', settings, nowMs, replay.id);
  await ledger.keepUntil(delivery, opened.deadlineAtMs);
  if (await ledger.openRun(opened, planned.run)) return opened;
  // Somebody was faster, or the answer to our own write was lost.
  const id = deliveryIdOf(delivery.eventId, delivery.endpointId);
  const now = (await ledger.getDeliveries([delivery])).get(id);
  return now && isReopened(replay, now, planned) ? now : undefined;
}

function refOf({ tenant, environment, endpointId }: Replay, { eventId }: PlannedReplay) {
  return { tenant, environment, endpointId, eventId };
}

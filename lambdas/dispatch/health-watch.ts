// Endpoints' health as dispatch sees it: read now and then, written when attempts showed something new.

import type { DeliveryMessage } from '../core/deliveries/message.ts';
import type { Endpoint } from '../core/endpoints/endpoint.ts';
import {
  CLEAN_HEALTH,
  farProbeMs,
  type Health,
  isClean,
  maySend,
  type Observation,
  observe,
  type Transition,
  thresholdsOf,
} from '../core/health/health.ts';
import type { HealthLedger } from '../core/health/ledger.ts';
import type { OperatorNotices } from '../core/operator/notices.ts';
import type { EndpointAddress } from '../core/scope.ts';
import type { Surroundings } from '../core/surroundings.ts';
import { announceWake, sendWake, type WakeAtPorts, wakeAt } from '../core/wakes/wake-at.ts';

/** How long a reading serves. */
const KEPT_MS = 5_000;
const MAX_KEPT = 5_000;
/** How often an observation is tried again when others were faster; then it is dropped. */
const ROUNDS = 5;
/** A probe that is late by this much was lost. */
const PROBE_LOST_MS = 60_000;
/** By then what asks for a probe has come to rest itself. */
const AT_REST_BY_MS = 2_000;

export interface HealthWatchPorts extends WakeAtPorts {
  readonly ledger: HealthLedger;
  readonly surroundings: Surroundings;
  readonly events: Pick<OperatorNotices, 'tellHealth'>;
  readonly tripFailures: number;
}

export interface HealthWatch {
  /** Whether the message may be sent now; otherwise its delivery rests. */
  maySend(message: DeliveryMessage): Promise<boolean>;
  /** Reports what the attempts of a batch showed of one endpoint. */
  report(endpoint: Endpoint, seen: Seen): Promise<void>;
}

interface Kept {
  readonly readAtMs: number;
  readonly health: Health;
}

export function createHealthWatch(ports: HealthWatchPorts): HealthWatch {
  const { ledger, surroundings } = ports;
  const kept = new Map<string, Kept>();
  /** Readings under way: a batch asks for one endpoint as often as it has deliveries for it. */
  const reading = new Map<string, Promise<Health>>();
  const succeededAt = new Map<string, number>();
  const remindedAt = new Map<string, number>();
  const pending = new Map<string, { seen: Seen; done: Promise<void> }>();
  const running = new Map<string, Promise<void>>();

  function keep(endpointId: string, health: Health): void {
    if (kept.size >= MAX_KEPT) kept.clear();
    kept.set(endpointId, { readAtMs: surroundings.now(), health });
  }

  /** A success that there is no reason to write, for the next failure to know of. */
  function rememberSuccess(endpointId: string): void {
    if (succeededAt.size >= MAX_KEPT) succeededAt.clear();
    succeededAt.set(endpointId, surroundings.now());
  }

  async function readNow(endpoint: EndpointAddress): Promise<Health> {
    const { health } = await ledger.getHealth(endpoint);
    keep(endpoint.endpointId, health);
    return health;
  }

  function readNowAndThen(endpoint: EndpointAddress): Health | Promise<Health> {
    const id = endpoint.endpointId;
    const known = kept.get(id);
    if (known && surroundings.now() - known.readAtMs < KEPT_MS) return known.health;
    let underWay = reading.get(id);
    if (!underWay) {
      underWay = readNow(endpoint).finally(() => reading.delete(id));
      reading.set(id, underWay);
    }
    return underWay;
  }

  /** A lost probe would leave an endpoint at rest: what comes to rest there asks for another. */
  async function remind(endpoint: EndpointAddress, health: Health): Promise<void> {
    const nowMs = surroundings.now();
    if (health.state === 'healthy') return;
    // Without a time there was nothing to probe with, or to watch the deadline of, until now.
    const dueMs = health.probeAtMs ?? health.release?.nextAtMs ?? 0;
    const isFar = health.state === 'tripped' && dueMs - nowMs > farProbeMs(health);
    if (nowMs < dueMs + PROBE_LOST_MS && !isFar) return;
    if (nowMs - (remindedAt.get(endpoint.endpointId) ?? 0) < PROBE_LOST_MS) return;
    if (remindedAt.size >= MAX_KEPT) remindedAt.clear();
    remindedAt.set(endpoint.endpointId, nowMs);
    await wakeAt(ports, endpoint, nowMs + AT_REST_BY_MS);
  }

  async function carryOut(
    endpoint: EndpointAddress,
    health: Health,
    transitions: readonly Transition[],
    hasNewProbe: boolean,
  ): Promise<void> {
    if (hasNewProbe && health.probeAtMs !== undefined) {
      await sendWake(ports, endpoint, health.probeAtMs);
    } else if (transitions.some((transition) => transition.kind === 'recovering')) {
      await wakeAt(ports, endpoint, surroundings.now());
    }
    for (const transition of transitions) {
      await ports.events.tellHealth(endpoint, health, transition);
    }
  }

  async function write(endpoint: Endpoint, seen: Seen): Promise<void> {
    const address = { ...endpoint, endpointId: endpoint.id };
    const known = kept.get(endpoint.id)?.health ?? CLEAN_HEALTH;
    if (seen.successes > 0 && seen.failuresInRow === 0 && isClean(known)) {
      rememberSuccess(endpoint.id);
      return;
    }
    // While it recovers, answers of either kind are counted: what was released is under way no more.
    let isCounted = false;
    if (known.state === 'recovering') {
      await ledger.countAnswers(address, seen.answers);
      isCounted = true;
      if (seen.failuresInRow === 0) return rememberSuccess(endpoint.id);
    }
    const thresholds = thresholdsOf(endpoint.autoPause, ports.tripFailures);
    const unwritten = succeededAt.get(endpoint.id);
    for (let round = 0; round < ROUNDS; round++) {
      const { health: before, version } = await ledger.getHealth(address);
      if (before.state === 'recovering' && !isCounted) {
        keep(endpoint.id, before);
        await ledger.countAnswers(address, seen.answers);
        isCounted = true;
        if (seen.failuresInRow === 0) return rememberSuccess(endpoint.id);
      }
      const { health, transitions } = observe(
        before,
        {
          ...seen,
          nowMs: surroundings.now(),
          ...(unwritten === undefined ? {} : { unwrittenSuccessAtMs: unwritten }),
        },
        thresholds,
      );
      const hasNewProbe = health.probeAtMs !== before.probeAtMs;
      // Before the state is written: should we die in between, sweep finds the entry.
      if (hasNewProbe && health.probeAtMs !== undefined) {
        await announceWake(ports, address, health.probeAtMs);
      }
      if (await ledger.putHealth(address, health, version)) {
        keep(endpoint.id, health);
        await carryOut(address, health, transitions, hasNewProbe);
        return;
      }
    }
  }

  return {
    async maySend(message) {
      const health = await readNowAndThen(message);
      if (maySend(health, message)) return true;
      // What was let pass knows more than an older reading.
      const isLetPass = message.released === true || message.cause === 'probe';
      const fresh = isLetPass ? await readNow(message) : health;
      if (isLetPass && maySend(fresh, message)) return true;
      await remind(message, fresh);
      return false;
    },

    report(endpoint, seen) {
      const waiting = pending.get(endpoint.id);
      if (waiting) {
        waiting.seen = merged(waiting.seen, seen);
        return waiting.done;
      }
      // What comes while a report is under way shares the next one: writers of one instance never race.
      const entry = { seen, done: Promise.resolve() };
      pending.set(endpoint.id, entry);
      const turn = (running.get(endpoint.id) ?? Promise.resolve()).catch(() => undefined);
      entry.done = turn.then(() => {
        pending.delete(endpoint.id);
        return write(endpoint, entry.seen);
      });
      running.set(endpoint.id, entry.done);
      return entry.done.finally(() => {
        if (running.get(endpoint.id) === entry.done) running.delete(endpoint.id);
      });
    },
  };
}

export interface Seen extends Omit<Observation, 'nowMs'> {
  /** How many attempts came to an end. */
  readonly answers: number;
}

/** Two observations as one, the second after the first. */
function merged(first: Seen, second: Seen): Seen {
  return {
    answers: first.answers + second.answers,
    successes: first.successes + second.successes,
    failuresInRow:
      second.successes > 0 ? second.failuresInRow : first.failuresInRow + second.failuresInRow,
    gone: second.gone || (second.successes === 0 && first.gone),
    probed: first.probed || second.probed,
  };
}

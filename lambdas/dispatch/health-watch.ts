// Endpoints' health as dispatch sees it: read now and then, written when attempts showed something new.

import { defined } from '../core/defined.ts';
import type { DeliveryMessage } from '../core/deliveries/message.ts';
import type { Endpoint } from '../core/endpoints/endpoint.ts';
import { isUnverified } from '../core/endpoints/verification.ts';
import { CLEAN_HEALTH, type Health, isClean, maySend } from '../core/health/health.ts';
import type { HealthLedger, KeptHealth } from '../core/health/ledger.ts';
import { type Observation, observe, thresholdsOf } from '../core/health/observe.ts';
import { farProbeMs } from '../core/health/probes.ts';
import { inParallel } from '../core/in-parallel.ts';
import { MIN_FAILURES } from '../core/notices/follow.ts';
import type { Notices } from '../core/operator/all.ts';
import { optimistically } from '../core/optimistic.ts';
import { Recent } from '../core/recent.ts';
import { addressOf, type EndpointAddress } from '../core/scope.ts';
import type { Surroundings } from '../core/surroundings.ts';
import { type WakeAtPorts, wakeAt } from '../core/wakes/wake-at.ts';
import { inTurn } from './in-turn.ts';

/** How long a reading of the health is cached. */
const KEPT_MS = 5_000;
const MAX_KEPT = 5_000;
/** How often an observation is retried when other writers were faster. Then it is dropped. */
const ROUNDS = 5;
/** A probe that is late by this much was lost. */
const PROBE_LOST_MS = 60_000;
/** By then the delivery that asks for a probe is held itself. */
const AT_REST_BY_MS = 2_000;
/** So long after it came to rest a delivery is looked for; one look serves for what rests within ten minutes. */
const LOOKED_FOR_AFTER_MS = 25 * 60_000;
const LOOK_SERVES_MS = 10 * 60_000;

interface HealthWatchPorts extends WakeAtPorts {
  readonly ledger: HealthLedger;
  readonly surroundings: Surroundings;
  readonly events: Pick<Notices, 'tellHealth' | 'tellFailing'>;
  readonly tripFailures: number;
}

export interface HealthWatch {
  /** Whether the message may be sent now; otherwise its delivery is held. */
  maySend(message: DeliveryMessage, endpoint: Endpoint): Promise<boolean>;
  /** Reports what the attempts of a batch showed of one endpoint. */
  report(endpoint: Endpoint, seen: Seen): Promise<void>;
}

export function createHealthWatch(ports: HealthWatchPorts): HealthWatch {
  const { ledger, surroundings } = ports;
  const healths = new Recent<Health>({ maxEntries: MAX_KEPT, keptMs: KEPT_MS });
  /** Successes that were not worth writing. The next failure needs to know of them. */
  const successes = new Recent<number>({ maxEntries: MAX_KEPT });
  const reminders = new Recent<true>({ maxEntries: MAX_KEPT, keptMs: PROBE_LOST_MS });
  const looks = new Recent<true>({ maxEntries: MAX_KEPT, keptMs: LOOK_SERVES_MS });

  async function read(endpoint: EndpointAddress): Promise<KeptHealth> {
    const kept = await ledger.getHealth(endpoint);
    healths.set(endpoint.endpointId, kept.health, surroundings.now());
    return kept;
  }

  /** What is at rest has an entry of its own: who looked before the index showed it may have seen nothing. */
  async function lookLater(endpoint: EndpointAddress): Promise<void> {
    const nowMs = surroundings.now();
    if (looks.get(endpoint.endpointId, nowMs)) return;
    await ports.wakes.note(endpoint, nowMs + LOOKED_FOR_AFTER_MS);
    looks.set(endpoint.endpointId, true, nowMs);
  }

  /** A lost probe would leave the deliveries of an endpoint on hold: each one that is held asks for another probe. */
  async function remind(endpoint: EndpointAddress, health: Health): Promise<void> {
    const nowMs = surroundings.now();
    if (health.state === 'healthy') return;
    // No time is set as long as the endpoint has no waiting delivery to probe with or to watch the deadline of.
    const dueMs = health.probeAtMs ?? health.release?.nextAtMs ?? 0;
    const isFar = health.state === 'tripped' && dueMs - nowMs > farProbeMs(health);
    if (nowMs < dueMs + PROBE_LOST_MS && !isFar) return;
    if (reminders.get(endpoint.endpointId, nowMs)) return;
    reminders.set(endpoint.endpointId, true, nowMs);
    await wakeAt(ports, endpoint, nowMs + AT_REST_BY_MS);
  }

  async function write({ endpoint, seen }: Report): Promise<void> {
    const known = healths.latest(endpoint.id) ?? CLEAN_HEALTH;
    const isNothingNew = seen.successes > 0 && seen.failuresInRow === 0 && isClean(known);
    if (isNothingNew) {
      const nowMs = surroundings.now();
      successes.set(endpoint.id, nowMs, nowMs);
      return;
    }
    const address = addressOf(endpoint);
    const thresholds = thresholdsOf(endpoint.autoPause, ports.tripFailures);
    const unwrittenSuccessAtMs = successes.latest(endpoint.id);
    await optimistically(ROUNDS, async () => {
      const { health: before, version } = await read(address);
      const nowMs = surroundings.now();
      const observation = defined({ ...seen, nowMs, unwrittenSuccessAtMs });
      const { health, transitions } = observe(before, observation, thresholds);
      const put = async (): Promise<boolean> => {
        if (!(await ledger.putHealth(address, health, version))) return false;
        healths.set(endpoint.id, health, surroundings.now());
        return true;
      };
      const wakesAtMs = wakesAt(before, health);
      // Beside the write, which need not wait: the next failure tells what a crash keeps from being told.
      const tell = async (): Promise<boolean> => {
        if (isWatched(before, health)) await ports.events.tellFailing(address);
        return true;
      };
      const write = () =>
        wakesAtMs === undefined ? put() : wakeAt(ports, address, wakesAtMs, put);
      const [, isPut] = await inParallel([tell, write], 2, (step) => step());
      if (!isPut) return undefined;
      for (const transition of transitions) {
        await ports.events.tellHealth(address, health, transition);
      }
      return true;
    });
  }

  const reportInTurn = inTurn(merged, write);

  return {
    async maySend(message, endpoint) {
      // The proof wakes it.
      if (isUnverified(endpoint)) {
        await lookLater(message);
        return false;
      }
      const health = await healths.read(
        message.endpointId,
        surroundings.now(),
        async () => (await ledger.getHealth(message)).health,
      );
      if (maySend(health, message)) return true;
      // A released message or a probe reflects a newer state than the cached reading.
      const isLetPass = message.released === true || message.cause === 'probe';
      const fresh = isLetPass ? (await read(message)).health : health;
      if (isLetPass && maySend(fresh, message)) return true;
      await lookLater(message);
      await remind(message, fresh);
      return false;
    },
    report: (endpoint, seen) => reportInTurn(endpoint.id, { endpoint, seen }),
  };
}

/** Whether failures are so few yet that each of them matters to notices. */
function isWatched(before: Health, { failures }: Health): boolean {
  return failures > 0 && before.failures < MIN_FAILURES;
}

/** When a change of health asks for a wake-up: for the next probe, or for the first step of a recovery. */
function wakesAt(before: Health, { state, probeAtMs, release }: Health): number | undefined {
  if (state === 'recovering') return before.state === state ? undefined : release?.nextAtMs;
  return probeAtMs === before.probeAtMs ? undefined : probeAtMs;
}

type Seen = Omit<Observation, 'nowMs'>;

interface Report {
  readonly endpoint: Endpoint;
  readonly seen: Seen;
}

/** Two observations as one, the second after the first. */
function merged({ seen: first }: Report, { endpoint, seen: second }: Report): Report {
  const hasSuccess = second.successes > 0;
  return {
    endpoint,
    seen: {
      successes: first.successes + second.successes,
      failuresInRow: second.failuresInRow + (hasSuccess ? 0 : first.failuresInRow),
      gone: second.gone || (!hasSuccess && first.gone),
      probed: first.probed || second.probed,
    },
  };
}

// Checks events against the catalogue before they are accepted. It rejects data that does not match its type's
// schema and, if the operator wants so, unknown types. Entries are cached until the catalogue's version changes, and
// the version is read every few seconds: an empty catalogue costs nothing more. Checking data is bounded by steps: an
// event that exceeds them is refused, since nobody can say that it conforms.

import type { EventTypeReader } from '../core/event-types/catalogue.ts';
import type { SchemaCheck } from '../core/json/schema-check.ts';
import { type Fault, faultsUnder } from '../core/problem.ts';
import { Recent } from '../core/recent.ts';
import type { Settings } from '../core/settings.ts';
import { Steps } from '../core/steps.ts';
import type { Surroundings } from '../core/surroundings.ts';

/** A change of the catalogue is in force after this long at the latest. */
const VERSION_KEPT_MS = 3_000;
/** Everything is read again after this long: this repairs the effect of a crash between two writes. */
const ENTRIES_KEPT_MS = 60_000;
const MAX_KEPT = 10_000;

/** What checking one event may take. */
export const MAX_EVENT_STEPS = 250_000;
/** So many of them are its own; beyond, it takes from what the events of a request share. */
export const GRANTED_STEPS = 5_000;
export const SHARED_STEPS = 250_000;

interface EventTypeGatePorts {
  readonly eventTypes: EventTypeReader;
  readonly surroundings: Pick<Surroundings, 'now'>;
  readonly settings: Pick<Settings, 'unknownEventTypes'>;
  /** Told of each event that exceeds its budget. */
  readonly reportOverBudget?: () => void;
}

/**
 * The faults of an event, with paths into it: `/type`, or below `/data`.
 * @param shared by the events of a request: see `requestSteps`
 */
export type EventTypeGate = (type: string, data: unknown, shared: Steps) => Promise<Fault[]>;

export const requestSteps = (): Steps => new Steps(SHARED_STEPS);

type Entry = 'unknown' | 'anything' | SchemaCheck;

export function createEventTypeGate(ports: EventTypeGatePorts): EventTypeGate {
  const versions = new Recent<{ readonly version: string | undefined }>({
    maxEntries: 1,
    keptMs: VERSION_KEPT_MS,
  });
  const entries = new Recent<Entry>({ maxEntries: MAX_KEPT, keptMs: ENTRIES_KEPT_MS });

  async function read(type: string): Promise<Entry> {
    const found = await ports.eventTypes.getEventType(type);
    if (!found) return 'unknown';
    if (found.onMismatch === 'accept' || found.schema === undefined) return 'anything';
    const { createSchemaCheck } = await import('#on-demand/schemas');
    return createSchemaCheck(found.schema);
  }

  async function entryOf(type: string): Promise<Entry> {
    const nowMs = ports.surroundings.now();
    const { version } = await versions.read('', nowMs, async () => ({
      version: await ports.eventTypes.catalogueVersion(),
    }));
    return version === undefined
      ? 'unknown'
      : entries.read(`${version} ${type}`, nowMs, () => read(type));
  }

  return async (type, data, pool) => {
    const entry = await entryOf(type);
    if (entry === 'anything') return [];
    if (entry === 'unknown') {
      if (ports.settings.unknownEventTypes === 'accept') return [];
      return [{ path: '/type', message: 'is not in the catalogue of event types' }];
    }
    const faults = entry(data, new Steps(MAX_EVENT_STEPS, { granted: GRANTED_STEPS, pool }));
    if (faults !== 'over') return faultsUnder('/data', faults);
    ports.reportOverBudget?.();
    return [{ path: '/data', message: 'takes more steps to check than an event may take' }];
  };
}

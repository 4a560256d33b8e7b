// Holds events to the catalogue before they are accepted: data that does not fit its type's schema, and
// types that nobody put, where the operator wants them refused. What is known is kept until the catalogue's
// version changes, and the version is read once in a few seconds: an empty catalogue costs nothing more.

import type { EventTypeReader } from '../core/event-types/catalogue.ts';
import type { SchemaCheck } from '../core/json/schema-check.ts';
import { type Fault, faultsUnder } from '../core/problem.ts';
import type { Settings } from '../core/settings.ts';
import type { Surroundings } from '../core/surroundings.ts';

/** A change of the catalogue is in force after this long at the latest. */
const VERSION_KEPT_MS = 3_000;
/** Everything is read anew after this long: it heals what a crash between two writes left. */
const ENTRIES_KEPT_MS = 60_000;
const MAX_KEPT = 10_000;

export interface EventTypeGatePorts {
  readonly eventTypes: EventTypeReader;
  readonly surroundings: Pick<Surroundings, 'now'>;
  readonly settings: Pick<Settings, 'unknownEventTypes'>;
}

/** What is wrong with an event, by paths into it: `/type`, or below `/data`. */
export type EventTypeGate = (type: string, data: unknown) => Promise<Fault[]>;

type Entry = 'unknown' | 'anything' | SchemaCheck;

export function createEventTypeGate(ports: EventTypeGatePorts): EventTypeGate {
  let version:
    | { readonly readAtMs: number; readonly value: Promise<string | undefined> }
    | undefined;
  let known:
    | { version: string; readAtMs: number; entries: Map<string, Promise<Entry>> }
    | undefined;

  /** Calls at the same time share one read; a read that failed is not kept. */
  function currentVersion(): Promise<string | undefined> {
    const nowMs = ports.surroundings.now();
    if (version && nowMs - version.readAtMs < VERSION_KEPT_MS) return version.value;
    const value = ports.eventTypes.catalogueVersion();
    const mine = { readAtMs: nowMs, value };
    version = mine;
    value.catch(() => {
      if (version === mine) version = undefined;
    });
    return value;
  }

  async function read(type: string): Promise<Entry> {
    const found = await ports.eventTypes.getEventType(type);
    if (!found) return 'unknown';
    if (found.onMismatch === 'accept' || found.schema === undefined) return 'anything';
    // Loaded here only, so that a stack without schemas does not start slower.
    const { createSchemaCheck } = await import('../core/json/schema-check.ts');
    return createSchemaCheck(found.schema);
  }

  async function entryOf(type: string): Promise<Entry> {
    const current = await currentVersion();
    if (current === undefined) return 'unknown';
    const nowMs = ports.surroundings.now();
    const isGood =
      known?.version === current &&
      nowMs - known.readAtMs < ENTRIES_KEPT_MS &&
      known.entries.size < MAX_KEPT;
    if (!known || !isGood) known = { version: current, readAtMs: nowMs, entries: new Map() };
    const { entries } = known;
    const kept = entries.get(type);
    if (kept) return kept;
    const entry = read(type);
    entries.set(type, entry);
    entry.catch(() => entries.delete(type));
    return entry;
  }

  return async (type, data) => {
    const entry = await entryOf(type);
    if (entry === 'anything') return [];
    if (entry === 'unknown') {
      if (ports.settings.unknownEventTypes === 'accept') return [];
      return [{ path: '/type', message: 'is not in the catalogue of event types' }];
    }
    return faultsUnder('/data', entry(data));
  };
}

// The catalogue of event types as the registry keeps it.
import type { Page } from '../listing.ts';
import type { EventType } from './event-type.ts';

/** What ingest needs of the catalogue. */
export interface EventTypeReader {
  /** Consistent; differs after every change of the catalogue. Undefined while nothing was ever put. */
  catalogueVersion(): Promise<string | undefined>;
  getEventType(name: string): Promise<EventType | undefined>;
}

/** The catalogue of event types: one for the whole stack. */
export interface EventTypeStore extends EventTypeReader {
  /** Puts an entry if there is still none, or the one that was read: false otherwise. */
  replaceEventType(before: EventType | undefined, after: EventType): Promise<boolean>;
  /** Deletes an entry if it is still as it was read: false otherwise. */
  deleteEventType(before: EventType): Promise<boolean>;
  /** By name. */
  listEventTypes(limit: number, cursor?: string): Promise<Page<EventType>>;
}

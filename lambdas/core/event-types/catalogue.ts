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
  putEventType(eventType: EventType): Promise<void>;
  /** Resolves even if there was none. */
  deleteEventType(name: string): Promise<void>;
  /** By name. */
  listEventTypes(limit: number, cursor?: string): Promise<Page<EventType>>;
}

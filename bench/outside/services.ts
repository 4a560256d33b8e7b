// How an event is posted to each service that takes part in a bench, and where its answer has the event's id.
interface NewEvent {
  readonly type: string;
  readonly data: object;
}

interface Service {
  path(isBatch: boolean): string;
  body(events: readonly NewEvent[], isBatch: boolean): unknown;
  ids(answer: unknown, isBatch: boolean): string[];
}

export type ServiceName = 'posthorn' | 'outpost' | 'svix';

/** The tenant, or application, of all events. */
export const TENANT = 'bench';

/** The answer of a service that took an event. */
const idOf = (answer: unknown): string => (answer as { id: string }).id;

export const SERVICES: Readonly<Record<ServiceName, Service>> = {
  posthorn: {
    path: (isBatch) => `/v1/events${isBatch ? '/batch' : ''}`,
    body: (events, isBatch) => (isBatch ? { events } : events[0]),
    ids: (answer, isBatch) =>
      isBatch ? (answer as { results: unknown[] }).results.map(idOf) : [idOf(answer)],
  },
  // Neither of these takes more than one event at once.
  outpost: {
    path: () => '/api/v1/publish',
    body: ([event]) => ({ tenant_id: TENANT, topic: event?.type, data: event?.data }),
    ids: (answer) => [idOf(answer)],
  },
  svix: {
    path: () => `/api/v1/app/${TENANT}/msg/`,
    body: ([event]) => ({ eventType: event?.type, payload: event?.data }),
    ids: (answer) => [idOf(answer)],
  },
};

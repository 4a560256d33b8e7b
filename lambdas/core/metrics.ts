// The metrics of the service: the functions emit these and no others, and the dashboard and the alarms in
// lib/ name these and no others. docs/observability.md says what each counts.
import { FAILURE_KINDS } from './retries/outcome.ts';

export const NAMESPACE = 'Posthorn';

/** Never a tenant, an endpoint or anything else without bound: those are fields of log lines. */
export type Dimension = 'stack' | 'env' | 'function';

interface Definition {
  readonly dimensions: readonly Dimension[];
  /** Counts are emitted without a unit: CloudWatch does not need it, and logs are billed by the byte. */
  readonly unit?: 'Milliseconds';
  /** An alarm rings at the first: it is written with its own invocation, and waits for no other. */
  readonly isUrgent?: true;
}

const BY_ENVIRONMENT = { dimensions: ['stack', 'env'] } as const satisfies Definition;
const TIME = { ...BY_ENVIRONMENT, unit: 'Milliseconds' } as const satisfies Definition;
const OF_STACK = { dimensions: ['stack'] } as const satisfies Definition;
const URGENT = { ...OF_STACK, isUrgent: true } as const satisfies Definition;
const URGENT_BY_FUNCTION = {
  dimensions: ['stack', 'function'],
  isUrgent: true,
} as const satisfies Definition;

/** `event_expired` ends a delivery without an attempt. */
const FAILED_ATTEMPTS = FAILURE_KINDS.filter((kind) => kind !== 'event_expired');
const STATUS_CLASSES = ['http_2xx', 'http_3xx', 'http_4xx', 'http_5xx', 'http_other'] as const;

export const ATTEMPT_KINDS = [...STATUS_CLASSES, ...FAILED_ATTEMPTS] as const;
type AttemptKind = (typeof ATTEMPT_KINDS)[number];
type AttemptMetric = `Attempts_${AttemptKind}`;

const ofAttempts = Object.fromEntries(
  ATTEMPT_KINDS.map((kind) => [attemptMetric(kind), BY_ENVIRONMENT]),
) as Record<AttemptMetric, typeof BY_ENVIRONMENT>; // its keys are just these

export const METRICS = {
  EventsAccepted: BY_ENVIRONMENT,
  EventsRefused4xx: OF_STACK,
  EventsRefused429: OF_STACK,
  EventsRefused5xx: OF_STACK,
  EventsFannedOut: BY_ENVIRONMENT,
  FiltersOverBudget: BY_ENVIRONMENT,
  SchemasOverBudget: OF_STACK,
  DeliveriesCreated: BY_ENVIRONMENT,
  ...ofAttempts,
  DeliveriesDelivered: BY_ENVIRONMENT,
  DeliveriesDead: BY_ENVIRONMENT,
  DeliveriesCancelled: BY_ENVIRONMENT,
  DeliveriesWaiting: BY_ENVIRONMENT,
  DeliveriesHeld: BY_ENVIRONMENT,
  FirstAttemptDelay: TIME,
  DeliveryTime: TIME,
  ReceiverTime: TIME,
  SchedulesCreated: OF_STACK,
  SchedulesRefused: URGENT,
  WakesHandled: OF_STACK,
  WakesRepaired: OF_STACK,
  DeadLettersRedriven: URGENT,
  MessagesFaulted: URGENT_BY_FUNCTION,
  RecordsUnread: URGENT,
  RollupWait: { ...OF_STACK, unit: 'Milliseconds' },
} as const satisfies Readonly<Record<string, Definition>>;
export type MetricName = keyof typeof METRICS;

/** The functions that `MessagesFaulted` tells apart. */
export const QUEUE_FUNCTIONS = ['fan-out', 'dispatch', 'wake', 'sweep'] as const;
export type QueueFunction = (typeof QUEUE_FUNCTIONS)[number];

export function attemptMetric(kind: AttemptKind): AttemptMetric {
  return `Attempts_${kind}`;
}

/** @param outcome as attempts are recorded: `http_<status>` or a kind of failure: see retries/outcome.ts */
export function attemptKind(outcome: string): AttemptKind {
  const [, status] = /^http_([2-5])\d\d$/.exec(outcome) ?? [];
  const name = status === undefined ? outcome : `http_${status}xx`;
  return ATTEMPT_KINDS.find((kind) => kind === name) ?? 'http_other';
}

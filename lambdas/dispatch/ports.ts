// What dispatch works with, and on.
import type { SQSRecord } from 'aws-lambda';
import type { Delivery } from '../core/deliveries/delivery.ts';
import type { DeliveryLedger } from '../core/deliveries/ledger.ts';
import type { DeliveryMessage, Postponement, RetryQueue } from '../core/deliveries/message.ts';
import type { RateLedger } from '../core/endpoints/rate-limit.ts';
import type { EventLedger, StoredEvent } from '../core/events/ledger.ts';
import type { OperatorNotices } from '../core/operator/notices.ts';
import type { Sender } from '../core/requests/sender.ts';
import type { Cause } from '../core/retries/cause.ts';
import type { Outcome } from '../core/retries/outcome.ts';
import type { Settings } from '../core/settings.ts';
import type { Surroundings } from '../core/surroundings.ts';
import type { Wakes } from '../core/wakes/directory.ts';
import type { EndpointRef, OpenEndpoint } from './endpoint-cache.ts';
import type { HealthWatch } from './health-watch.ts';
import type { formRequest } from './request.ts';
import type { SlowWatch } from './slow-watch.ts';

export interface DispatchPorts {
  readonly ledger: EventLedger & DeliveryLedger;
  readonly endpoints: (refs: readonly EndpointRef[]) => Promise<ReadonlyMap<string, OpenEndpoint>>;
  readonly queues: RetryQueue & Postponement;
  readonly wakes: Wakes;
  readonly rates: RateLedger;
  readonly health: HealthWatch;
  readonly events: Pick<OperatorNotices, 'tellDead'>;
  readonly form: typeof formRequest;
  readonly sender: Sender;
  readonly watchSlow: SlowWatch;
  readonly surroundings: Surroundings;
  readonly settings: Settings;
  /** Puts a delivery that went the fast path to its end. */
  readonly writeDelivered: (delivery: Delivery) => Promise<void>;
  readonly report: (line: AttemptLine) => void;
  readonly warn: (message: string, error: unknown) => void;
}

/** What the log says of an attempt. */
export interface AttemptLine {
  readonly delivery: Delivery;
  readonly nextDelayMs: number | undefined;
  /** Of the endpoint's URL: without its path, which may hold a secret. */
  readonly host: string;
  readonly traceId?: string;
}

/** One message's work, with what it needs from the registry and the ledger. */
export interface Job {
  readonly message: DeliveryMessage;
  readonly record: SQSRecord;
  readonly open: OpenEndpoint;
  readonly stored: StoredEvent;
  /** `<message id>/<request id>`: see ClaimRequest. */
  readonly holder: string;
}

/** What the attempts of one endpoint in a batch came to. */
export type Tally = {
  readonly outcome: Outcome;
  readonly endedAtMs: number;
  readonly cause: Cause;
}[];

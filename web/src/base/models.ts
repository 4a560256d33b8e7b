// The API's shapes by short names: types of the generated client, which weigh nothing in the bundle.
import type { components } from '../../../client/src/schema.ts';

type Schemas = components['schemas'];

export type Environment = Schemas['Environment'];
export type Endpoint = Schemas['Endpoint'];
export type Health = Schemas['EndpointHealth'];
export type Delivery = Schemas['Delivery'];
export type DeliveryStatus = Delivery['status'];
export type Attempt = Schemas['Attempt'];
export type Event = Schemas['Event'];
export type EventWithDeliveries = Schemas['EventWithDeliveries'];
export type EventType = Schemas['EventType'];
export type TestReport = Schemas['TestReport'];
export type Replay = Schemas['Replay'];
export type ReplayCount = Schemas['ReplayCount'];
export type Template = Schemas['Template'];
export type Transform = Schemas['Transform'];
export type TransformTest = Schemas['TransformTest'];
export type RoutingRule = Schemas['RoutingRule'];
export type NoticeSettings = Schemas['NoticeSettings'];
export type ChangedEndpoints = Schemas['ChangedEndpoints'];
export type Tenant = Schemas['Tenant'];
export type Key = Schemas['Key'];
export type CreatedKey = Schemas['CreatedKey'];
export type CurrentKey = Schemas['CurrentKey'];
export type SigningKey = Schemas['SigningKey'];
export type DeadLetter = Schemas['DeadLetter'];
export type Problem = Schemas['Problem'];
export type Attempts = Schemas['AnalyticsOfAttempts'];
export type Latency = Schemas['AnalyticsOfLatency'];
export type Retries = Schemas['AnalyticsOfRetries'];
export type Deliveries = Schemas['AnalyticsOfDeliveries'];
export type Summary = Schemas['AnalyticsSummary'];
export type QueueDepth = Schemas['QueueDepth'];
export type IssueMark = Schemas['IssueMark'];
export type Recommendation = Schemas['Recommendation'];
export type RetryPolicyInput = Schemas['RetryPolicy'];

export interface Page<Row> {
  readonly data: readonly Row[];
  readonly next: string | null;
}

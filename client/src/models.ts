// The names of what the API takes and gives, from the generated types.
import type { components, operations } from './schema.ts';

export type * from './contract-options.ts';
export type * from './event-map.ts';

type Schemas = components['schemas'];

export type Event = Schemas['Event'];
export type EventWithData = Schemas['EventWithData'];
export type EventWithDeliveries = Schemas['EventWithDeliveries'];
export type Accepted = Schemas['Accepted'];
export type Delivery = Schemas['Delivery'];
export type Endpoint = Schemas['Endpoint'];
export type EndpointSecret = Schemas['EndpointSecret'];
export type TestReport = Schemas['TestReport'];
export type Verification = Schemas['Verification'];
export type PolledEvent = Schemas['PolledEvent'];
export type Replay = Schemas['Replay'];
export type ReplayCount = Schemas['ReplayCount'];
export type ReplayInput = Schemas['ReplayInput'];
export type RecoveryInput = Schemas['RecoveryInput'];
export type Key = Schemas['Key'];
export type KeyInput = Schemas['KeyInput'];
export type CreatedKey = Schemas['CreatedKey'];
export type CurrentKey = Schemas['CurrentKey'];
export type PortalSession = Schemas['PortalSession'];
export type PortalSessionInput = Schemas['PortalSessionInput'];
export type CreatedPortalSession = Schemas['CreatedPortalSession'];
export type ConsoleSession = Schemas['ConsoleSession'];
export type ConsoleSessionInput = Schemas['ConsoleSessionInput'];
export type CreatedConsoleSession = Schemas['CreatedConsoleSession'];
export type RevokedSessions = Schemas['RevokedSessions'];
export type Tenant = Schemas['Tenant'];
export type Template = Schemas['Template'];
export type TemplateInput = Schemas['TemplateInput'];
export type TemplateChange = Schemas['TemplateChange'];
export type EventType = Schemas['EventType'];
export type EventTypeInput = Schemas['EventTypeInput'];
export type RoutingRules = Schemas['RoutingRules'];
export type RoutingRulesInput = Schemas['RoutingRulesInput'];
export type NoticeSettings = Schemas['NoticeSettings'];
export type NoticeSettingsInput = Schemas['NoticeSettingsInput'];
export type TransformTest = Schemas['TransformTest'];
export type TransformTestInput =
  operations['testTransform']['requestBody']['content']['application/json'];
export type DeadLetter = Schemas['DeadLetter'];
export type DeadLetterQueue = Schemas['Redrive']['queue'];
export type Redrive = Schemas['Redrive'];
export type AttemptAnalytics = Schemas['AnalyticsOfAttempts'];
export type Comparison = Schemas['Comparison'];
export type RetryAnalytics = Schemas['AnalyticsOfRetries'];
export type Recommendations = Schemas['Recommendations'];
export type Jwks = Schemas['Jwks'];

/** What a listing may be asked for, but for its cursor, which the iterator keeps. */
type QueryOf<Operation extends keyof operations> = Omit<
  NonNullable<operations[Operation]['parameters']['query']>,
  'cursor'
>;
export type EventQuery = QueryOf<'listEvents'>;
export type DeliveryQuery = QueryOf<'listDeliveries'>;
export type ReplayQuery = QueryOf<'listReplays'>;
export type PageQuery = QueryOf<'listEndpoints'>;

// What the rules need from outside systems. The adapters of `lambdas/adapters` are one implementation;
// in-memory ones may stand under the same handlers.

import type { DeadLetter, DeadLetterQueue } from './dead-letters.ts';
import type { Delivery, StoredState } from './deliveries/delivery.ts';
import type { TestReport, TestRequest } from './deliveries/test.ts';
import type { Endpoint } from './endpoints/endpoint.ts';
import type { TlsVersion } from './endpoints/tls.ts';
import type { CleanupMessage } from './erasure/message.ts';
import type { Erasure } from './erasure/tenant.ts';
import type { EventType } from './event-types/event-type.ts';
import type { Environment, Event, Scope } from './events/event.ts';
import type { Health } from './health/health.ts';
import type { ApiKey } from './keys/api-key.ts';
import type { DeliveryMessage, EventMessage, ReplayMessage, WakeMessage } from './messages.ts';
import type { Replay } from './replays/replay.ts';
import type { Outcome } from './retries/outcome.ts';
import type { Phases } from './retries/phases.ts';
import type { SealingKeys } from './sealing/seal.ts';
import type { Keyring } from './signing/keys.ts';
import type { FilterPattern } from './subscriptions/filter/filter.ts';
import type { Subscription } from './subscriptions/patterns.ts';
import type { Template } from './templates/template.ts';

/** Time and randomness: the only source of both. */
export interface Surroundings {
  /** Unix time in milliseconds. */
  now(): number;
  random(bytes: number): Uint8Array;
  sleep(ms: number): Promise<void>;
}

/** An event with the ids of the endpoints that it matched when it was stored. */
export interface StoredEvent {
  readonly event: Event;
  readonly targets: readonly string[];
  /** The message that stored it, where that matters: it alone owes the polling feeds their entries. */
  readonly storedBy?: string;
  /** Of the subject of a sealed event: finds its pointers where there is no key to open it. */
  readonly subjectHash?: string;
}

export interface EventRef extends Scope {
  readonly eventId: string;
}

export interface DeliveryRef extends EventRef {
  readonly endpointId: string;
}

/** A page of a listing; `next` continues after its last entry and is absent at the end. */
export interface Page<T> {
  readonly entries: readonly T[];
  readonly next?: string;
}

export interface TimeRange {
  /** Unix milliseconds, inclusive. */
  readonly sinceMs?: number;
  /** Unix milliseconds, exclusive. */
  readonly untilMs?: number;
}

export interface EventLedger extends FeedLedger, SubjectLedger {
  /** Puts events unconditionally; resolves to the ids that could not be stored. */
  putEvents(events: readonly StoredEvent[]): Promise<ReadonlySet<string>>;
  /** Puts an event if it is not there, and gives what is stored then. */
  putEventOnce(event: StoredEvent): Promise<StoredEvent>;
  /** Consistent reads; what is not found is missing in the map. */
  getEvents(refs: readonly EventRef[]): Promise<ReadonlyMap<string, StoredEvent>>;
  /** Keeps an event at least until then, if it is stored. */
  keepUntil(ref: EventRef, untilMs: number): Promise<void>;
  /** Newest first. */
  listEvents(
    scope: Scope,
    range: TimeRange,
    limit: number,
    cursor?: string,
  ): Promise<Page<StoredEvent>>;
}

/** An event's place in the polling feed of an endpoint. */
export interface FeedEntry extends DeliveryRef {
  /** Read from the writer's clock right before the write, Unix milliseconds. */
  readonly storedAtMs: number;
}

export interface FeedPage {
  /** With their places: see feed.ts. */
  readonly entries: readonly (FeedEntry & { readonly place: string })[];
  readonly more: boolean;
}

export interface FeedLedger {
  /**
   * Puts entries; resolves to the indexes of those that were not acknowledged within the time. They may
   * take effect all the same, at any later time.
   */
  putFeed(entries: readonly FeedEntry[], withinMs: number): Promise<ReadonlySet<number>>;
  /** Entries after a place and before another, in the order of their places; consistent. */
  readFeed(
    endpoint: EndpointAddress,
    after: string,
    before: string,
    limit: number,
  ): Promise<FeedPage>;
}

export interface SubjectLedger {
  /** Makes these the latest events of their subjects and types, where no later one is. */
  putLatest(events: readonly Event[]): Promise<void>;
  /** The id of a subject's latest event, of one type or of all. */
  findLatest(scope: Scope, subject: string, type?: string): Promise<string | undefined>;
}

/** What removes personal data for good; each call may be repeated. */
export interface RedactionLedger {
  /**
   * Takes an event's data and subject off, and its subject's pointer to it.
   * @returns what is left, or undefined if it is not stored
   */
  redactEvent(ref: EventRef, nowMs: number): Promise<StoredEvent | undefined>;
  /** Takes the last request and response off; what waits is cancelled unless an attempt is under way. */
  redactDelivery(ref: DeliveryRef, nowMs: number): Promise<void>;
  /** Removes at most so many entries of an endpoint's polling feed. @returns how many there were */
  clearFeed(endpoint: EndpointAddress, limit: number): Promise<number>;
}

export interface DedupeEntry {
  readonly eventId: string;
  /** SHA-256 of the request's body, hex. */
  readonly bodyHash: string;
  readonly acceptedAtMs: number;
}

export interface DedupeLedger {
  /** Puts the entry if the key is free (for 7 days), and gives the entry that holds it then. */
  reserve(scope: Scope, key: string, entry: DedupeEntry): Promise<DedupeEntry>;
}

export interface ClaimRequest {
  readonly ref: DeliveryRef;
  /** What the delivery is, should it not be stored yet: only for the first attempt. */
  readonly fresh: Delivery | undefined;
  readonly run: number;
  readonly attempt: number;
  /** Who claims: `<message id>/<request id>`, never used twice. */
  readonly holder: string;
  readonly nowMs: number;
  readonly leaseUntilMs: number;
}

export type Claim =
  | { readonly kind: 'claimed'; readonly delivery: Delivery }
  /** Another holder may be sending just now. */
  | { readonly kind: 'held'; readonly untilMs: number }
  /** The attempt is on record, or the delivery is past it. */
  | { readonly kind: 'past'; readonly delivery: Delivery }
  | { readonly kind: 'missing' };

export interface DeliveryLedger {
  /** Fast path: puts unconditionally; resolves to the delivery ids that could not be stored. */
  putDeliveries(deliveries: readonly Delivery[]): Promise<ReadonlySet<string>>;
  /** Puts a delivery if there is none: false if another way was faster. */
  putDeliveryOnce(delivery: Delivery): Promise<boolean>;
  claim(request: ClaimRequest): Promise<Claim>;
  /** Writes what a claimed attempt led to, if the claim is still the holder's own. */
  recordClaimed(delivery: Delivery, holder: string): Promise<boolean>;
  /** Lets a delivery rest in the index, due as it is, without a message of its own. */
  rest(request: Omit<ClaimRequest, 'holder' | 'leaseUntilMs'>): Promise<void>;
  /** Opens a new run, if the delivery is still as it was seen and no attempt is under way. */
  openRun(delivery: Delivery, seenRun: number): Promise<boolean>;
  /** Ends a delivery that waits, or is not stored yet, without an attempt. */
  settle(delivery: Delivery, state: Exclude<StoredState, 'waiting'>): Promise<boolean>;
  getDeliveries(refs: readonly DeliveryRef[]): Promise<ReadonlyMap<string, Delivery>>;
  /** Newest event first. */
  listDeliveries(
    endpoint: Pick<Endpoint, 'id' | 'tenant' | 'environment'>,
    range: TimeRange,
    limit: number,
    cursor?: string,
  ): Promise<Page<Delivery>>;
  /** The dead of an endpoint, newest event first; eventually consistent. */
  listNewestDead(
    endpoint: Pick<Endpoint, 'id' | 'tenant' | 'environment'>,
    range: TimeRange,
    limit: number,
    cursor?: string,
  ): Promise<Page<DeliveryRef>>;
}

export interface Tenant {
  readonly id: string;
  readonly name: string;
  readonly createdAtMs: number;
  /** From then on nobody may use it, and its data is removed. */
  readonly deletedAtMs?: number;
  readonly erasure?: Erasure;
}

/** An endpoint as fan-out needs it. */
export interface Subscriber extends Subscription {
  readonly id: string;
  /** Whether it has a polling feed. */
  readonly polling?: boolean;
  /** Whether it was slow to answer a moment ago: see slow-lane.ts. */
  readonly isSlow?: boolean;
  /** Without one, the data does not matter. */
  readonly filter?: FilterPattern;
}

export interface Registry {
  /** Creates or renames; a tenant that was deleted is left as it is until its data is gone. */
  putTenant(id: string, name: string, nowMs: number): Promise<{ tenant: Tenant; created: boolean }>;
  /** Marks it: its events are accepted and fanned out no more. Undefined if there is none. */
  markTenantDeleted(id: string, nowMs: number): Promise<Tenant | undefined>;
  /** Writes if nobody wrote since it was read: false otherwise. */
  replaceTenant(before: Tenant, after: Tenant): Promise<boolean>;
  getTenant(id: string): Promise<Tenant | undefined>;
  listTenants(limit: number, cursor?: string): Promise<Page<Tenant>>;
  /** Deleted ones included. */
  listTenantIds(limit: number, cursor?: string): Promise<Page<string>>;
  /** False if there is a key of this id already, which stays as it is. */
  putKey(key: ApiKey): Promise<boolean>;
  findKey(hash: string): Promise<ApiKey | undefined>;
  getKey(scope: Scope, id: string): Promise<ApiKey | undefined>;
  listKeys(scope: Scope, limit: number, cursor?: string): Promise<Page<ApiKey>>;
  revokeKey(key: ApiKey, nowMs: number): Promise<void>;
  /** Lets fan-out know at once that an endpoint is slow, until then. */
  markSlow(endpoint: Scope & { readonly id: string }, untilMs: number): Promise<void>;
  /** Notes that a key was used; an earlier time than the one that stands changes nothing. */
  noteKeyUse(key: ApiKey, atMs: number): Promise<void>;
  /** Puts an endpoint if there is none of this id, and gives what is stored once every fan-out sees it. */
  putEndpointOnce(endpoint: Endpoint): Promise<Endpoint>;
  /** Puts the endpoint if it is still as it was read: false if it was changed in the meantime. */
  replaceEndpoint(before: Endpoint, after: Endpoint): Promise<boolean>;
  /** Removes a key, its hash and its name for good. */
  deleteKey(key: ApiKey): Promise<void>;
  /** Tombstones included. */
  getEndpoint(scope: Scope, id: string): Promise<Endpoint | undefined>;
  getEndpoints(
    refs: readonly (Scope & { readonly id: string })[],
  ): Promise<ReadonlyMap<string, Endpoint>>;
  /** By id, oldest first, without tombstones. */
  listEndpoints(scope: Scope, limit: number, cursor?: string): Promise<Page<Endpoint>>;
  /**
   * The subscribers of each scope, as of a moment after the call began; null if its tenant was deleted.
   * Keyed by `scopeKey`.
   */
  subscribersOf(
    scopes: readonly Scope[],
  ): Promise<ReadonlyMap<string, readonly Subscriber[] | null>>;
}

/** A template, with what tells whether endpoints joined it since it was read. */
export interface KeptTemplate {
  readonly template: Template;
  readonly joins: number;
}

export interface Templates {
  /** Puts a template if there is none of this id, and gives what is stored. */
  putTemplateOnce(template: Template): Promise<Template>;
  /** Tombstones included. */
  getTemplate(scope: Scope, id: string): Promise<KeptTemplate | undefined>;
  /** Takes it out, tombstone or not, whoever follows it. */
  removeTemplate(scope: Scope, id: string): Promise<void>;
  /** Tombstones included. */
  listAllTemplates(scope: Scope, limit: number, cursor?: string): Promise<Page<Template>>;
  /** By id, oldest first, without tombstones. */
  listTemplates(scope: Scope, limit: number, cursor?: string): Promise<Page<Template>>;
  /**
   * Puts the template if it is still as it was read and no endpoint joined since: false otherwise.
   * Resolves once every fan-out will see the change.
   */
  replaceTemplate(before: KeptTemplate, after: Template): Promise<boolean>;
  /**
   * Notes that an endpoint was just written that follows the template, or has new settings of its own
   * beside it: false if the template is not as it was read.
   */
  joinTemplate(seen: Template): Promise<boolean>;
}

/** What there may be a limited number of. */
export type Counted =
  | { readonly kind: 'endpoints' | 'keys'; readonly scope: Scope }
  | { readonly kind: 'eventTypes' };

export interface Counts {
  /** Takes places for so many more: false if they would be above the limit. */
  take(what: Counted, places: number, limit: number, nowMs: number): Promise<boolean>;
  /** Gives places back, when something is gone. */
  release(what: Counted, places: number): Promise<void>;
}

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
  listEventTypes(
    limit: number,
    cursor?: string,
    isWanted?: (eventType: EventType) => boolean,
  ): Promise<Page<EventType>>;
}

/** The stack's signing keys, with what tells whether they were changed since they were read. */
export interface StoredKeyring {
  readonly keys: Keyring;
  readonly version: number;
}

export interface KeyringStore {
  /** Consistent. */
  read(): Promise<StoredKeyring>;
  /** False if others changed them since `before` was read. */
  replace(before: StoredKeyring, keys: Keyring): Promise<boolean>;
}

export interface DelayedMessage {
  readonly message: DeliveryMessage;
  /** 0 to 900. */
  readonly delaySeconds: number;
}

export interface DelayedWake {
  readonly wake: WakeMessage;
  /** 0 to 900. */
  readonly delaySeconds: number;
}

export interface DelayedReplay {
  readonly replay: ReplayMessage;
  /** 0 to 900. */
  readonly delaySeconds: number;
}

export interface DelayedCleanup {
  readonly cleanup: CleanupMessage;
  /** 0 to 900. */
  readonly delaySeconds: number;
}

/** Each call resolves to the indexes of the entries that could not be sent, after trying again. */
export interface Queues {
  sendEvents(messages: readonly EventMessage[]): Promise<ReadonlySet<number>>;
  /** Those of slow endpoints take a lane of their own. */
  sendDeliveries(
    messages: readonly (DeliveryMessage & { readonly isSlow?: boolean })[],
  ): Promise<ReadonlySet<number>>;
  sendRetries(messages: readonly DelayedMessage[]): Promise<ReadonlySet<number>>;
  sendWakes(messages: readonly DelayedWake[]): Promise<ReadonlySet<number>>;
  sendReplays(messages: readonly DelayedReplay[]): Promise<ReadonlySet<number>>;
  sendCleanups(messages: readonly DelayedCleanup[]): Promise<ReadonlySet<number>>;
  /** Hides a message that is in flight for so many seconds from now. */
  postpone(queue: DispatchQueue, receiptHandle: string, seconds: number): Promise<void>;
}

/** The queues that dispatch reads. */
export type DispatchQueue = 'deliveries' | 'slow' | 'retries';

/** Where an endpoint's health is kept; missing means clean. */
export interface HealthLedger {
  getHealth(endpoint: EndpointAddress): Promise<KeptHealth>;
  /** Several at once, by endpoint id; clean ones may be missing. */
  getHealths(endpoints: readonly EndpointAddress[]): Promise<ReadonlyMap<string, Health>>;
  /** Writes if nobody wrote since it was read: false otherwise. */
  putHealth(endpoint: EndpointAddress, health: Health, seenVersion: number): Promise<boolean>;
  /** Counts answers of a recovering endpoint, beside the health: many count at once. */
  countAnswers(endpoint: EndpointAddress, count: number): Promise<void>;
}

export interface KeptHealth {
  readonly health: Health;
  /** Counts the writes; 0 if there was none. */
  readonly version: number;
  /** All answers ever counted. */
  readonly answers: number;
}

export interface RateLedger {
  /** Reserves slots: the first one's time; undefined if the limit is booked out too far ahead. */
  reserveSlots(
    endpoint: EndpointAddress,
    count: number,
    perSecond: number,
    nowMs: number,
  ): Promise<number | undefined>;
}

export interface EndpointAddress extends Scope {
  readonly endpointId: string;
}

/** The wake directory and its schedules: one wake-up per endpoint and bucket of ten minutes. */
export interface Wakes {
  /** Makes sure that the endpoint is woken in time for what is due then. */
  ensure(endpoint: EndpointAddress, dueAtMs: number): Promise<void>;
  /** Enters a wake-up that is sent by other means, so that sweep finds it if it is lost. */
  note(endpoint: EndpointAddress, dueAtMs: number): Promise<void>;
  /** Strikes a wake-up that was carried out. */
  done(wake: WakeMessage): Promise<void>;
  /** Wake-ups of a bucket that were not carried out. */
  listBucket(bucketMs: number): Promise<readonly WakeMessage[]>;
}

/** A waiting delivery in the index of what needs work. */
export interface WorkEntry extends DeliveryRef {
  readonly workAtMs: number;
}

export interface OlderWork {
  readonly entries: readonly WorkEntry[];
  /** The oldest event beyond them that something waits for. */
  readonly nextEventId?: string;
}

export interface WorkLedger {
  /** What waits at an endpoint and is due before a time, oldest first; eventually consistent. */
  listDue(
    endpoint: EndpointAddress,
    beforeMs: number,
    limit: number,
  ): Promise<readonly WorkEntry[]>;
  /** What waits at an endpoint for events with lesser ids, and the least of the other ids. */
  listOlder(endpoint: EndpointAddress, thanEventId: string, limit: number): Promise<OlderWork>;
  /** Takes an entry for as long as its message needs; undefined if it moved on, or another took it. */
  take(entry: WorkEntry, untilMs: number): Promise<Delivery | undefined>;
}

export interface ReplayLedger {
  /** Puts a replay if there is none of this id, and gives what is stored then. */
  putReplayOnce(replay: Replay): Promise<Replay>;
  getReplay(scope: Scope, id: string): Promise<Replay | undefined>;
  /** Newest first. */
  listReplays(scope: Scope, limit: number, cursor?: string): Promise<Page<Replay>>;
  /** Writes if nobody wrote since it was read: false otherwise. */
  replaceReplay(seenVersion: number, after: Replay): Promise<boolean>;
  /** The dead of an endpoint, oldest event first; eventually consistent. A page may be longer than asked. */
  listDead(
    endpoint: EndpointAddress,
    range: Required<TimeRange>,
    limit: number,
    cursor?: string,
  ): Promise<Page<DeliveryRef>>;
  /** All deliveries of an endpoint, oldest event first. */
  listOldestFirst(
    endpoint: EndpointAddress,
    range: Required<TimeRange>,
    limit: number,
    cursor?: string,
  ): Promise<Page<Delivery>>;
}

export interface OutgoingRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
  readonly timeoutMs: number;
  /** The endpoint's: in `test` the stack may allow plain HTTP. `live` if it is missing. */
  readonly environment?: Environment;
  readonly tls?: EndpointTls;
}

/** An endpoint's own certificates, as PEM. */
export interface EndpointTls {
  /** Trusted instead of the public authorities. */
  readonly ca?: string;
  /** The client's, with its chain. */
  readonly cert?: string;
  readonly key?: string;
  /** TLS 1.2 without it. */
  readonly minVersion?: TlsVersion;
}

export interface SendReport {
  readonly outcome: Outcome;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly phases?: Phases;
}

export interface Sender {
  send(request: OutgoingRequest): Promise<SendReport>;
}

export interface TestDeliveries {
  /** Sends a test now and gives the whole exchange. @throws TestNotSentError */
  send(request: TestRequest): Promise<TestReport>;
}

export interface DeadLetters {
  /** Looks at some, in no order; they stay where they are. */
  peek(queue: DeadLetterQueue, limit: number): Promise<readonly DeadLetter[]>;
  /** Sends some back to their queue, then deletes them. */
  redrive(
    queue: DeadLetterQueue,
    limit: number,
  ): Promise<{ readonly moved: number; readonly refused: number }>;
}

export interface Secrets {
  /** 32 bytes. */
  /**
   * All versions. If one of the sealed values that are to be opened needs a version that is not known,
   * the secret is read anew, once.
   */
  sealingKey(toOpen?: readonly string[]): Promise<SealingKeys>;
  /** Read anew, and when it was changed last. */
  freshSealingKey(): Promise<{ readonly keys: SealingKeys; readonly changedAtMs: number }>;
  operatorKey(): Promise<string>;
}

/** The one spelling of a scope in keys and maps. */
export function scopeKey(scope: Scope): string {
  return `${scope.environment}#${scope.tenant}`;
}

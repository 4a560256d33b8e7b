// The ledger's items. Names are short, since writes are paid for by the kilobyte.

import { defined } from '../../core/defined.ts';
import {
  type Attempt,
  attemptsMade,
  type Delivery,
  type LastRequest,
  type LastSent,
  type StoredState,
  withNewestAttempts,
} from '../../core/deliveries/delivery.ts';
import { NO_DATA, packData, unpackData } from '../../core/events/data.ts';
import { type Event, POSTERS } from '../../core/events/event.ts';
import type { StoredEvent } from '../../core/events/ledger.ts';
import { traceOf } from '../../core/events/trace-context.ts';
import { shardOf } from '../../core/identifiers.ts';
import { signaturesOnly } from '../../core/requests/shown-headers.ts';
import { packPhases, unpackPhases } from '../../core/retries/phases.ts';
import type { Environment, Scope } from '../../core/scope.ts';
import { type DeliveryRef, type EventRef, scopeKey } from '../../core/scope.ts';
import { type Item, number, numberIn, text } from '../aws/dynamodb/client.ts';
import { isAsCheap } from '../items/size.ts';
import { ITEM_VERSION, readable } from '../items/version.ts';

/** Shards of a scope's events, of an endpoint's deliveries and of an endpoint's index entries. */
export const EVENT_SHARDS = 4;
export const DELIVERY_SHARDS = 4;

export function eventPartition(scope: Scope, shard: number): string {
  return `${scopeKey(scope)}#e${shard}`;
}

export function eventKey(ref: EventRef): Item {
  return {
    pk: text(eventPartition(ref, shardOf(ref.eventId, EVENT_SHARDS))),
    sk: text(ref.eventId),
  };
}

export function deliveryPartition(scope: Scope, endpointId: string, shard: number): string {
  return `${scopeKey(scope)}#${endpointId}#d${shard}`;
}

export function deliveryKey(ref: DeliveryRef): Item {
  const shard = shardOf(ref.eventId, DELIVERY_SHARDS);
  return { pk: text(deliveryPartition(ref, ref.endpointId, shard)), sk: text(ref.eventId) };
}

export function workPartition(
  endpointId: string,
  state: 'waiting' | 'dead',
  shard: number,
): string {
  return `${endpointId}#${state}#${shard}`;
}

/** @param expiresAtMs when the item may be removed (TTL), Unix milliseconds */
export function toEventItem(stored: StoredEvent, expiresAtMs: number): Item {
  const { event, targets, transformed, storedBy, subjectHash } = stored;
  return defined({
    ...eventKey({ ...event, eventId: event.id }),
    v: ITEM_VERSION,
    ty: text(event.type),
    at: number(event.acceptedAtMs),
    occ: text(event.occurredAt),
    ch: event.channels.length === 0 ? undefined : { L: event.channels.map((one) => text(one)) },
    ...contentAttributes(event),
    rd: number(event.redactedAtMs),
    pb: text(event.postedBy),
    tp: text(event.trace?.parent),
    ts: text(event.trace?.state),
    tg: text(targets.join(' ')),
    tt: text(transformed?.join(' ')),
    rt: text(stored.routing && JSON.stringify(stored.routing)),
    by: text(storedBy),
    sh: text(subjectHash),
    sa: event.salt && event.redactedAtMs === undefined ? { B: event.salt } : undefined,
    exp: seconds(expiresAtMs),
  });
}

/** What is personal in an event. */
function contentAttributes({ redactedAtMs, sealedContent, subject, data }: Event) {
  if (redactedAtMs !== undefined) return {};
  if (sealedContent) return { sd: { B: sealedContent } };
  const { bytes, deflated } = packData(data);
  return { subj: text(subject), [deflated ? 'z' : 'd']: { B: bytes } };
}

function dataIn(item: Item): string {
  if (item.rd?.N !== undefined || item.sd?.B !== undefined) return NO_DATA;
  return unpackData(item.z?.B ?? item.d?.B ?? new Uint8Array(), item.z?.B !== undefined);
}

const idsIn = (ids: string | undefined): string[] => (ids ? ids.split(' ') : []);

/** @throws NewerVersionError */
export function fromEventItem(stored: Item): StoredEvent {
  const item = readable(stored);
  const [environment = '', tenant = ''] = (item.pk?.S ?? '').split('#');
  return defined({
    event: defined({
      id: item.sk?.S ?? '',
      tenant,
      environment: environment as Environment, // written by eventPartition
      type: item.ty?.S ?? '',
      acceptedAtMs: Number(item.at?.N),
      occurredAt: item.occ?.S,
      subject: item.subj?.S,
      channels: (item.ch?.L ?? []).flatMap((channel) => channel.S ?? []),
      postedBy: POSTERS.find((poster) => poster === item.pb?.S),
      ...traceOf(item.tp?.S, item.ts?.S),
      data: dataIn(item),
      sealedContent: item.sd?.B,
      salt: item.sa?.B && Buffer.from(item.sa.B),
      redactedAtMs: numberIn(item.rd),
    }) satisfies Event,
    targets: idsIn(item.tg?.S),
    transformed: item.tt && idsIn(item.tt.S),
    routing: item.rt?.S === undefined ? undefined : JSON.parse(item.rt.S),
    storedBy: item.by?.S,
    subjectHash: item.sh?.S,
  });
}

export function toDeliveryItem(whole: Delivery, expiresAtMs: number): Item {
  const delivery = withNewestAttempts(whole);
  const { state, lastRequest, lastResponse, lease } = delivery;
  const item: Item = defined({
    ...deliveryKey(delivery),
    v: ITEM_VERSION,
    s: text(state),
    ty: text(delivery.eventType),
    at: number(delivery.acceptedAtMs),
    occ: number(delivery.occurredAtMs),
    subj: text(delivery.subject),
    run: number(delivery.run),
    abr: number(delivery.attemptsBeforeRun || undefined),
    n: number(attemptsMade(delivery)),
    a: { L: delivery.attempts.map((attempt) => text(packAttempt(attempt))) },
    fa: number(delivery.firstAttemptAtMs),
    dl: number(delivery.deadlineAtMs),
    due: number(delivery.dueAtMs),
    nc: text(delivery.nextCause),
    anc: number(delivery.anchorMs),
    why: text(delivery.deathReason),
    ea: number(delivery.endedAtMs),
    tv: text(delivery.transformVersion),
    res: text(lastResponse && JSON.stringify(lastResponse)),
    sres: text(delivery.sealedResponse),
    rd: number(delivery.redactedAtMs),
    ls: text(delivery.lastSent && packSent(delivery.lastSent)),
    lu: number(lease?.untilMs),
    lh: text(lease?.holder),
    by: text(delivery.recordedBy),
    rpl: text(delivery.replayId),
    ...workAttributes(delivery),
    exp: seconds(expiresAtMs),
  });
  if (!lastRequest) return item;
  const withRequest = (request: LastRequest): Item => ({ ...item, rq: text(packRequest(request)) });
  const full = withRequest(lastRequest);
  // A failure may be investigated; a delivered request is kept only where that costs no further write unit.
  if (state !== 'delivered' || isAsCheap(full, item)) return full;
  const reduced = withRequest(signaturesOnly(lastRequest));
  return isAsCheap(reduced, item) ? reduced : item;
}

/** What waits stands in the index by its due time, what is dead by the time of its event. */
function workAttributes(delivery: Delivery): Item {
  const { state, endpointId, eventId, acceptedAtMs } = delivery;
  const isWaiting = state === 'waiting';
  if (!isWaiting && (state !== 'dead' || delivery.redactedAtMs !== undefined)) return {};
  const atMs = isWaiting ? (delivery.workAtMs ?? delivery.dueAtMs ?? acceptedAtMs) : acceptedAtMs;
  const partition = workPartition(endpointId, state, shardOf(eventId, DELIVERY_SHARDS));
  return { wk: text(partition), wat: number(atMs) };
}

/** One header a line, as on the wire; an empty first line says that some were left out. */
function packRequest({ headers, complete }: LastRequest): string {
  const lines = headers.map(([name, value]) => `${name}:${value}`);
  return (complete ? lines : ['', ...lines]).join('\n');
}

function unpackRequest(packed: string): LastRequest {
  const lines = packed.split('\n');
  const complete = lines[0] !== '';
  const headers = lines
    .filter((line) => line !== '')
    .map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon), line.slice(colon + 1)];
    });
  return { headers, complete };
}

/** @throws NewerVersionError */
export function fromDeliveryItem(stored: Item): Delivery {
  const item = readable(stored);
  const [environment = '', tenant = '', endpointId = ''] = (item.pk?.S ?? '').split('#');
  const leaseUntilMs = numberIn(item.lu);
  const state = item.s?.S as StoredState; // written by toDeliveryItem
  return defined({
    tenant,
    environment: environment as Environment, // written by deliveryPartition
    endpointId,
    eventId: item.sk?.S ?? '',
    eventType: item.ty?.S ?? '',
    acceptedAtMs: Number(item.at?.N),
    state,
    run: Number(item.run?.N),
    attemptsBeforeRun: Number(item.abr?.N ?? 0),
    attempts: (item.a?.L ?? []).map((attempt) => unpackAttempt(attempt.S ?? '[]')),
    firstAttemptAtMs: numberIn(item.fa),
    deadlineAtMs: Number(item.dl?.N),
    dueAtMs: numberIn(item.due),
    nextCause: item.nc?.S as Delivery['nextCause'], // likewise
    workAtMs: state === 'waiting' ? numberIn(item.wat) : undefined,
    anchorMs: numberIn(item.anc),
    deathReason: item.why?.S as Delivery['deathReason'], // likewise
    endedAtMs: numberIn(item.ea),
    transformVersion: item.tv?.S,
    lastResponse: item.res?.S === undefined ? undefined : JSON.parse(item.res.S),
    sealedResponse: item.sres?.S,
    lease:
      leaseUntilMs === undefined ? undefined : { untilMs: leaseUntilMs, holder: item.lh?.S ?? '' },
    recordedBy: item.by?.S,
    replayId: item.rpl?.S,
    occurredAtMs: numberIn(item.occ),
    subject: item.subj?.S,
    lastRequest: item.rq?.S === undefined ? undefined : unpackRequest(item.rq.S),
    redactedAtMs: numberIn(item.rd),
    lastSent: item.ls?.S === undefined ? undefined : unpackSent(item.ls.S),
  });
}

/** Of the latest attempt alone: that is enough for the archive, and cheaper. */
function packSent({ bytes, isSlow, bodyHash }: LastSent): string {
  return JSON.stringify([bytes ?? null, isSlow ? 1 : 0, bodyHash ?? null]);
}

function unpackSent(packed: string): LastSent {
  const [bytes, isSlow, bodyHash] = JSON.parse(packed);
  return defined({
    bytes: bytes ?? undefined,
    isSlow: isSlow === 1 ? (true as const) : undefined,
    bodyHash: bodyHash ?? undefined,
  });
}

/** A JSON array without names: number, run, cause, time, duration, outcome, status, detail, phases. */
function packAttempt(attempt: Attempt): string {
  const { number: count, run, cause, atMs, durationMs, outcome, status, detail, phases } = attempt;
  const tail = [status ?? null, detail ?? null, phases ? packPhases(phases) : null];
  const end = tail.findLastIndex((part) => part !== null) + 1;
  return JSON.stringify([count, run, cause, atMs, durationMs, outcome, ...tail.slice(0, end)]);
}

function unpackAttempt(packed: string): Attempt {
  const [count, run, cause, atMs, durationMs, outcome, status, detail, phases] = JSON.parse(packed);
  return defined({
    number: count,
    run,
    cause,
    atMs,
    durationMs,
    outcome,
    status: status ?? undefined,
    detail: detail ?? undefined,
    phases: phases === undefined ? undefined : unpackPhases(phases),
  });
}

export function seconds(atMs: number): { N: string } {
  return { N: String(Math.ceil(atMs / 1000)) };
}

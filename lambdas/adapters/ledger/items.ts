// How the ledger spells its items. Names are short: what is written is paid for by the kilobyte.
import {
  type Attempt,
  attemptsMade,
  type Delivery,
  type LastRequest,
  type StoredState,
} from '../../core/deliveries/delivery.ts';
import { NO_DATA, packData, unpackData } from '../../core/events/data.ts';
import type { Event } from '../../core/events/event.ts';
import type { StoredEvent } from '../../core/events/ledger.ts';
import { traceOf } from '../../core/events/trace-context.ts';
import { shardOf } from '../../core/identifiers.ts';
import { signaturesOnly } from '../../core/requests/shown-headers.ts';
import { packPhases, unpackPhases } from '../../core/retries/phases.ts';
import type { Environment, Scope } from '../../core/scope.ts';
import { type DeliveryRef, type EventRef, scopeKey } from '../../core/scope.ts';
import { type Item, number, optionalNumber, optionalText, text } from '../aws/dynamodb/client.ts';
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
  const { event, targets, storedBy, subjectHash } = stored;
  return {
    ...eventKey({ ...event, eventId: event.id }),
    v: ITEM_VERSION,
    ty: text(event.type),
    at: number(event.acceptedAtMs),
    ...optionalText('occ', event.occurredAt),
    ...(event.channels.length === 0 ? {} : { ch: { L: event.channels.map(text) } }),
    ...contentAttributes(event),
    ...optionalNumber('rd', event.redactedAtMs),
    ...optionalText('tp', event.trace?.parent),
    ...optionalText('ts', event.trace?.state),
    tg: text(targets.join(' ')),
    ...optionalText('by', storedBy),
    ...optionalText('sh', subjectHash),
    exp: seconds(expiresAtMs),
  };
}

/** What is personal in an event. */
function contentAttributes({ redactedAtMs, sealedContent, subject, data }: Event): Item {
  if (redactedAtMs !== undefined) return {};
  if (sealedContent) return { sd: { B: sealedContent } };
  const { bytes, deflated } = packData(data);
  return { ...optionalText('subj', subject), [deflated ? 'z' : 'd']: { B: bytes } };
}

function dataIn(item: Item): string {
  if (item.rd?.N !== undefined || item.sd?.B !== undefined) return NO_DATA;
  return unpackData(item.z?.B ?? item.d?.B ?? new Uint8Array(), item.z?.B !== undefined);
}

/** @throws NewerVersionError */
export function fromEventItem(stored: Item): StoredEvent {
  const item = readable(stored);
  const [environment = '', tenant = ''] = (item.pk?.S ?? '').split('#');
  const targets = item.tg?.S ?? '';
  return {
    event: {
      id: item.sk?.S ?? '',
      tenant,
      environment: environment as Environment, // written by eventPartition
      type: item.ty?.S ?? '',
      acceptedAtMs: Number(item.at?.N),
      ...(item.occ?.S === undefined ? {} : { occurredAt: item.occ.S }),
      ...(item.subj?.S === undefined ? {} : { subject: item.subj.S }),
      channels: (item.ch?.L ?? []).flatMap((channel) => channel.S ?? []),
      ...traceOf(item.tp?.S, item.ts?.S),
      data: dataIn(item),
      ...(item.sd?.B === undefined ? {} : { sealedContent: item.sd.B }),
      ...(item.rd?.N === undefined ? {} : { redactedAtMs: Number(item.rd.N) }),
    } satisfies Event,
    targets: targets === '' ? [] : targets.split(' '),
    ...(item.by?.S === undefined ? {} : { storedBy: item.by.S }),
    ...(item.sh?.S === undefined ? {} : { subjectHash: item.sh.S }),
  };
}

export function toDeliveryItem(delivery: Delivery, expiresAtMs: number): Item {
  const { state, lastRequest } = delivery;
  const inIndex = state === 'waiting' || (state === 'dead' && delivery.redactedAtMs === undefined);
  const item: Item = {
    ...deliveryKey(delivery),
    v: ITEM_VERSION,
    s: text(state),
    ty: text(delivery.eventType),
    at: number(delivery.acceptedAtMs),
    ...optionalNumber('occ', delivery.occurredAtMs),
    ...optionalText('subj', delivery.subject),
    run: number(delivery.run),
    ...(delivery.attemptsBeforeRun === 0 ? {} : { abr: number(delivery.attemptsBeforeRun) }),
    n: number(attemptsMade(delivery)),
    a: { L: delivery.attempts.map((attempt) => text(packAttempt(attempt))) },
    dl: number(delivery.deadlineAtMs),
    ...optionalNumber('due', delivery.dueAtMs),
    ...optionalText('nc', delivery.nextCause),
    ...optionalNumber('anc', delivery.anchorMs),
    ...optionalText('why', delivery.deathReason),
    ...optionalText('res', delivery.lastResponse && JSON.stringify(delivery.lastResponse)),
    ...optionalText('sres', delivery.sealedResponse),
    ...optionalNumber('rd', delivery.redactedAtMs),
    ...(delivery.lease
      ? { lu: number(delivery.lease.untilMs), lh: text(delivery.lease.holder) }
      : {}),
    ...optionalText('by', delivery.recordedBy),
    ...optionalText('rpl', delivery.replayId),
    ...(inIndex
      ? {
          wk: text(
            workPartition(delivery.endpointId, state, shardOf(delivery.eventId, DELIVERY_SHARDS)),
          ),
          // What waits stands there by its due time, what is dead by the time of its event.
          wat: number(
            state === 'waiting'
              ? (delivery.workAtMs ?? delivery.dueAtMs ?? delivery.acceptedAtMs)
              : delivery.acceptedAtMs,
          ),
        }
      : {}),
    exp: seconds(expiresAtMs),
  };
  if (!lastRequest) return item;
  const withRequest = (request: LastRequest): Item => ({ ...item, rq: text(packRequest(request)) });
  const full = withRequest(lastRequest);
  // A failure is looked into; of what was delivered, the request is kept where it costs nothing.
  if (state !== 'delivered' || isAsCheap(full, item)) return full;
  const reduced = withRequest(signaturesOnly(lastRequest));
  return isAsCheap(reduced, item) ? reduced : item;
}

/** One header a line, as on the wire; a first line that is empty says that there were more. */
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
  const leaseUntil = item.lu?.N;
  const state = item.s?.S as StoredState; // written by toDeliveryItem
  return {
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
    deadlineAtMs: Number(item.dl?.N),
    ...(item.due?.N === undefined ? {} : { dueAtMs: Number(item.due.N) }),
    ...(item.nc?.S === undefined ? {} : { nextCause: item.nc.S as Attempt['cause'] }), // likewise
    ...(state === 'waiting' && item.wat?.N !== undefined ? { workAtMs: Number(item.wat.N) } : {}),
    ...(item.anc?.N === undefined ? {} : { anchorMs: Number(item.anc.N) }),
    ...(item.why?.S === undefined
      ? {}
      : { deathReason: item.why.S as NonNullable<Delivery['deathReason']> }), // likewise
    ...(item.res?.S === undefined ? {} : { lastResponse: JSON.parse(item.res.S) }),
    ...(item.sres?.S === undefined ? {} : { sealedResponse: item.sres.S }),
    ...(leaseUntil === undefined
      ? {}
      : { lease: { untilMs: Number(leaseUntil), holder: item.lh?.S ?? '' } }),
    ...(item.by?.S === undefined ? {} : { recordedBy: item.by.S }),
    ...(item.rpl?.S === undefined ? {} : { replayId: item.rpl.S }),
    ...(item.occ?.N === undefined ? {} : { occurredAtMs: Number(item.occ.N) }),
    ...(item.subj?.S === undefined ? {} : { subject: item.subj.S }),
    ...(item.rq?.S === undefined ? {} : { lastRequest: unpackRequest(item.rq.S) }),
    ...(item.rd?.N === undefined ? {} : { redactedAtMs: Number(item.rd.N) }),
  };
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
  return {
    number: count,
    run,
    cause,
    atMs,
    durationMs,
    outcome,
    ...(typeof status === 'number' ? { status } : {}),
    ...(typeof detail === 'string' ? { detail } : {}),
    ...(phases === undefined ? {} : { phases: unpackPhases(phases) }),
  };
}

export function seconds(atMs: number): { N: string } {
  return { N: String(Math.ceil(atMs / 1000)) };
}

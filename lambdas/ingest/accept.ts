// Accepting events: an id and a time for each, and 202 only once SQS has it.
import { createHash } from 'node:crypto';
import { defined } from '../core/defined.ts';
import { type Event, type EventInput, occurredAtMs, type Poster } from '../core/events/event.ts';
import type { DedupeLedger } from '../core/events/ledger.ts';
import type { EventQueue } from '../core/events/message.ts';
import type { TraceContext } from '../core/events/trace-context.ts';
import { createId } from '../core/identifiers.ts';
import { inParallel } from '../core/in-parallel.ts';
import { Problem } from '../core/problem.ts';
import { SALT_BYTES } from '../core/requests/body-hash.ts';
import type { Scope } from '../core/scope.ts';
import type { Surroundings } from '../core/surroundings.ts';
import { DAY_MS } from '../core/time.ts';
import { refused } from '../http/body.ts';

export interface AcceptPorts {
  readonly ledger: DedupeLedger;
  readonly queues: EventQueue;
  readonly surroundings: Surroundings;
}

/** A valid event on its way in. */
export interface Candidate {
  readonly scope: Scope;
  readonly input: EventInput;
  /** The data's exact source text. */
  readonly data: string;
  readonly idempotencyKey: string | undefined;
  /** In a batch, where it stands in the body. */
  readonly path?: string;
  readonly trace?: TraceContext | undefined;
  readonly postedBy?: Poster;
}

interface Accepted {
  readonly id: string;
  readonly duplicate: boolean;
}

/** Each candidate at its place: accepted, or the problem with it. */
export async function accept(
  ports: AcceptPorts,
  candidates: readonly Candidate[],
): Promise<(Accepted | Problem)[]> {
  const reserved = await reserveInOrder(ports, candidates);
  const sendable = reserved.flatMap((entry, index) =>
    entry instanceof Problem ? [] : [{ index, ...entry }],
  );
  const refused = await ports.queues.sendEvents(sendable);
  const results: (Accepted | Problem)[] = reserved.map((entry) =>
    entry instanceof Problem ? entry : { id: entry.event.id, duplicate: entry.duplicate },
  );
  for (const position of refused) {
    const index = sendable[position]?.index;
    if (index === undefined) continue;
    results[index] = new Problem(503, 'The event could not be stored. Send it again.', [], {
      'Retry-After': '1',
    });
  }
  return results;
}

interface Reserved {
  readonly event: Event;
  readonly mayRepeat: boolean;
  readonly duplicate: boolean;
}

/** In parallel, except that events with the same idempotency key are processed one after the other. */
async function reserveInOrder(
  ports: AcceptPorts,
  candidates: readonly Candidate[],
): Promise<(Reserved | Problem)[]> {
  const latest = new Map<string, Promise<unknown>>();
  return inParallel(candidates, candidates.length, (candidate) => {
    const key = candidate.idempotencyKey;
    if (key === undefined) return reserve(ports, candidate);
    const place = JSON.stringify([candidate.scope, key]);
    const turn = (latest.get(place) ?? Promise.resolve()).then(() => reserve(ports, candidate));
    latest.set(place, turn);
    return turn;
  });
}

async function reserve(ports: AcceptPorts, candidate: Candidate): Promise<Reserved | Problem> {
  const { scope, input, data, idempotencyKey, path, trace, postedBy } = candidate;
  const nowMs = ports.surroundings.now();
  const event: Event = defined({
    ...scope,
    id: createId('evt', nowMs, ports.surroundings.random(10)),
    type: input.type,
    acceptedAtMs: nowMs,
    occurredAt: input.occurredAt,
    subject: input.subject,
    channels: input.channels ?? [],
    postedBy,
    trace,
    data,
    salt: ports.surroundings.random(SALT_BYTES),
  });
  // What lies further ahead would be its subject's latest event for as long.
  if (!(occurredAtMs(event) <= nowMs + DAY_MS)) {
    return refused([{ path: `${path ?? ''}/occurredAt`, message: 'is more than a day ahead' }]);
  }
  if (idempotencyKey === undefined) return { event, mayRepeat: false, duplicate: false };
  const entry = { eventId: event.id, bodyHash: bodyHash(candidate), acceptedAtMs: nowMs };
  const holder = await ports.ledger.reserve(scope, idempotencyKey, entry);
  if (holder.bodyHash !== entry.bodyHash) {
    const keyPath = path === undefined ? 'Idempotency-Key' : `${path}/idempotencyKey`;
    return new Problem(409, 'This idempotency key was used with another event.', [
      { path: keyPath, message: `belongs to ${holder.eventId}, which has another body` },
    ]);
  }
  // A repeat is sent again with the first one's id and time: a crash after the first put loses nothing.
  return {
    event: { ...event, id: holder.eventId, acceptedAtMs: holder.acceptedAtMs },
    mayRepeat: true,
    duplicate: holder.eventId !== event.id,
  };
}

/** Over the whole event, except white space and the order of fields around `data`. */
function bodyHash({ input, data }: Candidate): string {
  const { type, occurredAt = null, subject = null, channels = [] } = input;
  const text = JSON.stringify([type, occurredAt, subject, channels, data]);
  return createHash('sha256').update(text).digest('hex');
}

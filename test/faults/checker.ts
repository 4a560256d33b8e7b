// The independent checker. It knows what a producer was answered, what receivers saw, what the ledger says
// at the end, and which faults were injected; it uses none of the code that it judges.
import { createHmac } from 'node:crypto';
import type { Fault, FaultKind } from './fault-log.ts';

/** One event of a producer, however often it was posted. */
export interface Post {
  readonly scope: string;
  readonly type: string;
  /** The exact text of its data, which no other post has. */
  readonly data: string;
  readonly hasKey: boolean;
  /** The ids that it was answered with, each with 202. */
  readonly answeredIds: readonly string[];
  readonly tries: number;
}

export interface Subscriber {
  readonly id: string;
  readonly scope: string;
  /** Exact types; none means all. */
  readonly types: readonly string[];
  /** Base64, after `whsec_`. */
  readonly secret: string;
  readonly timeoutMs: number;
  /** Whether it answers well before its policy is at its end. */
  readonly recovers: boolean;
  /** How many attempts its policy promises before a delivery is dead. */
  readonly promised: number;
  /** Deleted on the way: nothing is promised. */
  readonly isDeleted?: boolean;
  /** When more runs may have been opened for it, by a replay or by hand. */
  readonly replayedAtMs?: number;
}

export interface Arrival {
  readonly endpointId: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly atMs: number;
  /** What it was answered; 0 if the answer never came or was no HTTP. */
  readonly status: number;
}

/** A delivery on record. */
export interface SnapshotItem {
  readonly state: string;
  readonly attempts: number;
  /** The numbers of attempts that were not answered, and perhaps did not arrive. */
  readonly unseen?: readonly number[];
}

/** The ledger and the queues at a moment. */
export interface Snapshot {
  /** Stored events with the ids of their targets. */
  readonly events: ReadonlyMap<string, readonly string[]>;
  /** By `<event>|<endpoint>`. */
  readonly deliveries: ReadonlyMap<string, SnapshotItem>;
  /** What live messages are about: `<event or *>|<endpoint or *>`. */
  readonly live: ReadonlySet<string>;
  /** The same of dead letters. */
  readonly dead: readonly string[];
}

export interface Evidence {
  readonly posts: readonly Post[];
  readonly subscribers: readonly Subscriber[];
  readonly arrivals: readonly Arrival[];
  readonly faults: readonly Fault[];
  readonly end: Snapshot;
}

export const FINDINGS = [
  'lost',
  'stuck',
  'unexplained duplicate',
  'wrong bytes',
  'wrong order',
  'unknown event',
  'not as on record',
  'target without item or message',
  'dead letter',
] as const;
export interface Finding {
  readonly kind: (typeof FINDINGS)[number];
  readonly text: string;
}

export interface Verdict {
  readonly findings: readonly Finding[];
  readonly events: number;
  readonly deliveries: number;
  readonly requests: number;
  /** Requests for an attempt, or after a success, that the receiver had seen before: by what explains them. */
  readonly duplicates: Partial<Record<FaultKind, number>>;
}

/** What can make a request go out twice. What only delays or refuses cannot. */
const EXPLAINING: ReadonlySet<FaultKind> = new Set<FaultKind>([
  'killed before a call',
  'killed after a call',
  'timed out after a call took effect',
  'timed out after the receiver accepted',
  'whole process killed',
  'message twice',
  'message in two functions at once',
  'message visible again too early',
  'deletion lost',
  'throttled',
  'slow',
  'answer of a write lost',
  'items unprocessed',
]);
/** A lease lasts the request's timeout and this. */
const LEASE_MARGIN_MS = 5_000;

/** From a function's call for a delivery to its request, or back. */
const UNDER_WAY_MS = 3_000;

export function matches(subscriber: Subscriber, post: Pick<Post, 'scope' | 'type'>): boolean {
  if (subscriber.scope !== post.scope) return false;
  return subscriber.types.length === 0 || subscriber.types.includes(post.type);
}

export function judge(evidence: Evidence): Verdict {
  const findings: Finding[] = [];
  const find = (kind: Finding['kind'], text: string): void => void findings.push({ kind, text });
  const postOfData = new Map(evidence.posts.map((post) => [post.data, post]));
  const postOfId = new Map(
    evidence.posts.flatMap((post) => post.answeredIds.map((id) => [id, post] as const)),
  );
  const subscribers = new Map(evidence.subscribers.map((one) => [one.id, one]));
  const ofDelivery = new Map<string, Arrival[]>();

  for (const post of evidence.posts) {
    if (post.hasKey && new Set(post.answeredIds).size > 1) {
      find('unknown event', `one key, several ids: ${post.answeredIds.join(', ')}`);
    }
  }
  for (const arrival of evidence.arrivals) {
    const subscriber = subscribers.get(arrival.endpointId);
    const eventId = arrival.headers['webhook-id'] ?? '';
    const post = subscriber && readPost(arrival, subscriber, postOfData, find);
    if (!post || !subscriber) continue;
    if (!matches(subscriber, post)) find('unknown event', `${eventId} is not for ${subscriber.id}`);
    const answered = postOfId.get(eventId);
    if (answered ? answered !== post : !wasTriedUnanswered(post)) {
      find('unknown event', `${eventId} was never answered for its post`);
    }
    if (!answered) postOfId.set(eventId, post);
    const key = `${eventId}|${arrival.endpointId}`;
    ofDelivery.set(key, [...(ofDelivery.get(key) ?? []), arrival]);
  }

  const duplicates: Verdict['duplicates'] = {};
  for (const [key, arrivals] of ofDelivery) {
    for (const { arrival, before, what } of repeats(
      arrivals,
      subscribers,
      find,
      key,
      evidence.end,
    )) {
      const cause = explain(evidence.faults, key, arrival, before, subscribers);
      if (cause) duplicates[cause] = (duplicates[cause] ?? 0) + 1;
      else find('unexplained duplicate', `${key} ${what} at ${arrival.atMs}`);
    }
  }

  let deliveries = 0;
  for (const [eventId, post] of postOfId) {
    for (const subscriber of evidence.subscribers.filter((one) => matches(one, post))) {
      deliveries++;
      const key = `${eventId}|${subscriber.id}`;
      judgeDelivery(key, subscriber, ofDelivery.get(key) ?? [], evidence, find);
    }
  }
  for (const text of unaccounted(evidence.end, evidence))
    find('target without item or message', text);
  for (const subject of evidence.end.dead) find('dead letter', subject);
  for (const subject of evidence.end.live) find('stuck', `a message about ${subject}`);
  return {
    findings,
    events: postOfId.size,
    deliveries,
    requests: evidence.arrivals.length,
    duplicates,
  };
}

/** At any moment: what was answered and is nowhere, and targets that nobody will ever attempt. */
export function unaccounted(
  { events, deliveries, live, dead }: Snapshot,
  { posts, subscribers }: Pick<Evidence, 'posts' | 'subscribers'>,
): string[] {
  const anywhere = new Set([...live, ...dead]);
  const faults: string[] = [];
  for (const post of posts) {
    for (const id of new Set(post.answeredIds)) {
      if (anywhere.has(`${id}|*`)) continue;
      const targets = events.get(id);
      if (!targets) {
        faults.push(`${id} was answered 202 and is neither stored nor in a queue`);
        continue;
      }
      for (const subscriber of subscribers.filter((one) => !one.isDeleted && matches(one, post))) {
        const key = `${id}|${subscriber.id}`;
        if (!targets.includes(subscriber.id)) faults.push(`${key} is not among the targets`);
        else if (!deliveries.has(key) && !anywhere.has(key)) faults.push(key);
      }
    }
  }
  return faults;
}

function readPost(
  { headers, body, endpointId }: Arrival,
  { secret }: Subscriber,
  posts: ReadonlyMap<string, Post>,
  find: (kind: Finding['kind'], text: string) => void,
): Post | undefined {
  const id = headers['webhook-id'] ?? '';
  const from = body.indexOf('"data":');
  const post = from < 0 ? undefined : posts.get(body.slice(from + '"data":'.length, -1));
  if (!post || JSON.parse(body).type !== post.type) {
    find('wrong bytes', `${id} at ${endpointId}: ${body.slice(0, 200)}`);
    return undefined;
  }
  const signed = `${id}.${headers['webhook-timestamp']}.${body}`;
  const expected = createHmac('sha256', Buffer.from(secret, 'base64')).update(signed);
  if (!headers['webhook-signature']?.split(' ').includes(`v1,${expected.digest('base64')}`)) {
    find('wrong bytes', `${id} at ${endpointId}: the signature does not verify`);
  }
  return post;
}

/** Whether an event of this post may exist that nobody was told of. */
function wasTriedUnanswered(post: Post): boolean {
  return post.tries > post.answeredIds.length;
}

/** Requests that repeat an attempt, or follow a success, in the order of their arrival. */
function repeats(
  arrivals: readonly Arrival[],
  subscribers: ReadonlyMap<string, Subscriber>,
  find: (kind: Finding['kind'], text: string) => void,
  key: string,
  end: Snapshot,
): { arrival: Arrival; before: Arrival; what: string }[] {
  const found: { arrival: Arrival; before: Arrival; what: string }[] = [];
  const unseen = new Set(end.deliveries.get(key)?.unseen);
  let latest = 0;
  let before: Arrival | undefined;
  let success: Arrival | undefined;
  for (const arrival of arrivals) {
    const attempt = Number(arrival.headers['posthorn-attempt']);
    const replayedAtMs =
      subscribers.get(arrival.endpointId)?.replayedAtMs ?? Number.POSITIVE_INFINITY;
    while (latest + 1 < attempt && unseen.has(latest + 1)) latest++;
    if (attempt > latest + 1) {
      find('wrong order', `${key}: attempt ${attempt} came after ${latest}`);
    } else if (before && attempt <= latest) {
      found.push({ arrival, before, what: `attempt ${attempt} after ${latest}` });
    } else if (success && (arrival.atMs < replayedAtMs || success.atMs >= replayedAtMs)) {
      found.push({ arrival, before: success, what: `attempt ${attempt} after a success` });
    }
    latest = Math.max(latest, attempt);
    // Answered well, but on record as not answered in time: it is no success that anybody knows of.
    if (isSuccess(arrival) && !unseen.has(attempt)) success = arrival;
    before = arrival;
  }
  return found;
}

function explain(
  faults: readonly Fault[],
  key: string,
  arrival: Arrival,
  before: Arrival,
  subscribers: ReadonlyMap<string, Subscriber>,
): FaultKind | undefined {
  const [eventId] = key.split('|');
  const touches = ({ subjects, atMs }: Fault) =>
    subjects.includes(key) ||
    subjects.includes(`${eventId}|*`) ||
    // What struck everything can only have repeated what was under way.
    (subjects.includes('*|*') && atMs >= before.atMs - UNDER_WAY_MS);
  const own = faults.findLast(
    (fault) => EXPLAINING.has(fault.kind) && fault.atMs <= arrival.atMs && touches(fault),
  );
  if (own) return own.kind;
  // A clock that is ahead sees a lease as over that is not.
  const timeoutMs = subscribers.get(arrival.endpointId)?.timeoutMs ?? 0;
  const isInLease = arrival.atMs - before.atMs <= timeoutMs + LEASE_MARGIN_MS;
  const apart = faults.find(({ kind }) => kind === 'clocks apart');
  return isInLease ? apart?.kind : undefined;
}

function judgeDelivery(
  key: string,
  subscriber: Subscriber,
  arrivals: readonly Arrival[],
  { end }: Evidence,
  find: (kind: Finding['kind'], text: string) => void,
): void {
  // What waits at an endpoint that was deleted counts as cancelled.
  if (subscriber.isDeleted) return;
  const item = end.deliveries.get(key);
  const numbers = arrivals.map(({ headers }) => Number(headers['posthorn-attempt']));
  const seen = new Set([...numbers, ...(item?.unseen ?? [])]).size;
  if (arrivals.length === 0) find('lost', `${key} never arrived`);
  else if (subscriber.recovers && !arrivals.some(isSuccess)) {
    find('lost', `${key} was never answered well; it is ${item?.state ?? 'not on record'}`);
  }
  switch (item?.state) {
    case undefined:
      find('stuck', `${key} is not on record`);
      return;
    case 'delivered':
      if (!arrivals.some(isSuccess)) find('not as on record', `${key} is delivered, and was not`);
      break;
    case 'dead':
      if (seen < subscriber.promised) {
        find('not as on record', `${key} is dead after ${seen} of ${subscriber.promised} attempts`);
      }
      break;
    case 'cancelled':
      break;
    default:
      find('stuck', `${key} is ${item?.state} after ${seen} attempts`);
      return;
  }
  if (item.attempts > seen) {
    find('not as on record', `${key} has ${item.attempts} attempts on record, ${seen} arrived`);
  }
}

function isSuccess({ status }: Arrival): boolean {
  return status >= 200 && status < 300;
}

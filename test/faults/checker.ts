// The independent checker. It knows what a producer was answered, what receivers saw, what the ledger says
// at the end, and which faults were injected; it uses none of the code that it judges.
import { createHmac } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Arrival, Evidence, Post, Snapshot, Subscriber } from './evidence.ts';
import { explain, type Repeat } from './explain.ts';
import type { FaultKind } from './fault-log.ts';

export type { Arrival, Evidence, Post, Snapshot, SnapshotItem, Subscriber } from './evidence.ts';

export const FINDINGS = [
  'lost',
  'late',
  'stuck',
  'unexplained duplicate',
  'wrong bytes',
  'wrong order',
  'unknown event',
  'not as on record',
  'target without item or message',
  'dead letter',
  'refused by the API',
  'not erased',
  'too much work',
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

export function matches(
  { scope, types, accepts }: Subscriber,
  post: Pick<Post, 'scope' | 'type' | 'data'>,
): boolean {
  if (scope !== post.scope) return false;
  return (types.length === 0 || types.includes(post.type)) && (accepts?.(post.data) ?? true);
}

/** Whether an event of this post is to arrive there. */
function isPromised(subscriber: Subscriber, post: Post): boolean {
  return matches(subscriber, post) && (post.postedAtMs ?? 0) >= (subscriber.sinceMs ?? 0);
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
  // One idempotency key never carries two bodies.
  for (const [key, arrivals] of ofDelivery) {
    const bodies = new Set(arrivals.map(({ body }) => body));
    if (bodies.size > 1) find('wrong bytes', `${key} came as ${[...bodies].join(' and ')}`);
  }
  for (const [key, arrivals] of ofDelivery) {
    const repeated = repeats(arrivals, subscribers, find, key, evidence);
    explain(evidence.faults, key, repeated, subscribers).forEach((cause, index) => {
      const { arrival, what } = repeated[index] as Repeat; // one cause for each
      if (cause) duplicates[cause] = (duplicates[cause] ?? 0) + 1;
      else find('unexplained duplicate', `${key} ${what} at ${arrival.atMs}`);
    });
  }

  let deliveries = 0;
  for (const [eventId, post] of postOfId) {
    for (const subscriber of evidence.subscribers.filter((one) => isPromised(one, post))) {
      deliveries++;
      const key = `${eventId}|${subscriber.id}`;
      const { postedAtMs = 0 } = post;
      const mayBeCancelled = (evidence.cancelled ?? []).some(
        ({ subject, beforeMs }) => postedAtMs < beforeMs && isPartOf(key, subject),
      );
      judgeDelivery(key, subscriber, ofDelivery.get(key) ?? [], evidence.end, mayBeCancelled, find);
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
      for (const subscriber of subscribers.filter(
        (one) => !one.isDeleted && isPromised(one, post),
      )) {
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
  { secret, newerSecrets = [], isTransformed }: Subscriber,
  posts: ReadonlyMap<string, Post>,
  find: (kind: Finding['kind'], text: string) => void,
): Post | undefined {
  const id = headers['webhook-id'] ?? '';
  const from = body.indexOf('"data":');
  const data = from < 0 ? '' : body.slice(from + '"data":'.length, -1);
  const post = posts.get(data) ?? (isTransformed ? untransformed(data, posts) : undefined);
  if (!post || JSON.parse(body).type !== post.type) {
    find('wrong bytes', `${id} at ${endpointId}: ${body.slice(0, 200)}`);
    return undefined;
  }
  const signed = `${id}.${headers['webhook-timestamp']}.${body}`;
  const given = headers['webhook-signature']?.split(' ') ?? [];
  const isOf = (key: string): boolean => {
    const expected = createHmac('sha256', Buffer.from(key, 'base64')).update(signed);
    return given.includes(`v1,${expected.digest('base64')}`);
  };
  if (![secret, ...newerSecrets].some(isOf)) {
    find('wrong bytes', `${id} at ${endpointId}: the signature does not verify`);
  }
  return post;
}

/** The post whose data this is, but for the member that a transformation adds. */
function untransformed(data: string, posts: ReadonlyMap<string, Post>): Post | undefined {
  const { v, ...rest } = JSON.parse(data);
  if (!Number.isInteger(v)) return undefined;
  const found = [...posts].find(([text]) => isDeepStrictEqual(JSON.parse(text), rest));
  return found?.[1];
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
  { end, reopened = [] }: Evidence,
): Repeat[] {
  const found: Repeat[] = [];
  const unseen = new Set(end.deliveries.get(key)?.unseen);
  /** Each time it was reopened allows for an attempt after a success. */
  const mayFollow = reopened.filter((one) => one.key === key).map(({ atMs }) => atMs);
  let latest = 0;
  let before: Arrival | undefined;
  let success: Arrival | undefined;
  for (const arrival of arrivals) {
    const attempt = Number(arrival.headers['posthorn-attempt']);
    const replayedAtMs =
      subscribers.get(arrival.endpointId)?.replayedAtMs ?? Number.POSITIVE_INFINITY;
    const successAtMs = success?.atMs ?? Number.POSITIVE_INFINITY;
    while (latest + 1 < attempt && unseen.has(latest + 1)) latest++;
    if (attempt > latest + 1) {
      find('wrong order', `${key}: attempt ${attempt} came after ${latest}`);
    } else if (before && attempt <= latest) {
      found.push({ arrival, before, what: `attempt ${attempt} after ${latest}` });
      success = undefined;
    } else if (success) {
      const asked = mayFollow.findIndex((atMs) => atMs <= arrival.atMs);
      if (asked >= 0) mayFollow.splice(asked, 1);
      else if (arrival.atMs < replayedAtMs || successAtMs >= replayedAtMs) {
        found.push({ arrival, before: success, what: `attempt ${attempt} after a success` });
      }
      // Whoever sends it anew knows of no success: what follows has the same cause.
      success = undefined;
    }
    latest = Math.max(latest, attempt);
    // Answered well, but on record as not answered in time: it is no success that anybody knows of.
    if (isSuccess(arrival) && !unseen.has(attempt)) success = arrival;
    before = arrival;
  }
  return found;
}

function judgeDelivery(
  key: string,
  subscriber: Subscriber,
  arrivals: readonly Arrival[],
  end: Snapshot,
  mayBeCancelled: boolean,
  find: (kind: Finding['kind'], text: string) => void,
): void {
  // What waits at an endpoint that was deleted counts as cancelled.
  if (subscriber.isDeleted) return;
  const item = end.deliveries.get(key);
  // What was redacted when it was dead stays so.
  if (item && item.state !== 'waiting' && mayBeCancelled) return;
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
      find('not as on record', `${key} is cancelled, and nobody asked for that`);
      break;
    default:
      find('stuck', `${key} is ${item?.state} after ${seen} attempts`);
      return;
  }
  if (item.attempts > seen) {
    find('not as on record', `${key} has ${item.attempts} attempts on record, ${seen} arrived`);
  }
}

function isPartOf(key: string, subject: string): boolean {
  const [event, endpoint] = key.split('|');
  const [ofEvent, ofEndpoint] = subject.split('|');
  return (ofEvent === '*' || ofEvent === event) && (ofEndpoint === '*' || ofEndpoint === endpoint);
}

function isSuccess({ status }: Arrival): boolean {
  return status >= 200 && status < 300;
}

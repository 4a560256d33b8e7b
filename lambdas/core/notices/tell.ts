// One look at a tenant's notices: what was seen since the last one, what is to be told, and when to look again. The book is
// written before anything is sent, with exactly what is sent, so a repeat sends the same events.
// A procedure: what it reads and writes goes through ports.
import type { Endpoint } from '../endpoints/endpoint.ts';
import type { EndpointStore } from '../endpoints/store.ts';
import { OvertakenError, PartlyRefusedError } from '../errors.ts';
import type { Event } from '../events/event.ts';
import type { EventQueue } from '../events/message.ts';
import { CLEAN_HEALTH } from '../health/health.ts';
import type { HealthLedger } from '../health/ledger.ts';
import { inParallel } from '../in-parallel.ts';
import { optimistically } from '../optimistic.ts';
import {
  addressOf,
  type EndpointAddress,
  OPERATOR_SCOPE,
  OPERATOR_TENANT,
  type Scope,
} from '../scope.ts';
import { MAX_SQS_DELAY_MS } from '../time.ts';
import type { WakeMessage } from '../wakes/message.ts';
import { type WakeAtPorts, wakeAt } from '../wakes/wake-at.ts';
import { MAX_FOLLOWED, type Notice, type NoticeBook, paced, withNotices } from './book.ts';
import { isOfCertificates, remember } from './certificates.ts';
import { digestDueMs, digestOf } from './digest.ts';
import { operationalEvent } from './event.ts';
import { type FactPorts, noticeOf, p95Of } from './facts.ts';
import { type Followed, follow } from './follow.ts';
import { type DigestKind, type NoticeKind, noticeType } from './kinds.ts';
import type { KeptBook, NoticeLedger } from './ledger.ts';
import type { DueCertificates, Mark } from './mark.ts';
import { type Recipients, recipientsOf } from './recipients.ts';
import {
  DEFAULT_NOTICE_SETTINGS,
  kindsFor,
  type NoticeSettings,
  type NoticeSettingsStore,
  slowAboveMsFor,
} from './settings.ts';
import type { Told } from './step.ts';
import { noticesAddress } from './wake.ts';

export interface NoticePorts extends FactPorts, WakeAtPorts {
  readonly registry: Recipients &
    Pick<NoticeSettingsStore, 'getNoticeSettings'> &
    Pick<EndpointStore, 'getEndpoints'>;
  readonly health: Pick<HealthLedger, 'getHealths'>;
  readonly notices: NoticeLedger;
  readonly queues: WakeAtPorts['queues'] & EventQueue;
  readonly events: OperatorsEar;
}

/** The operator hears of every tenant's slow endpoints, whether the tenant does or not. */
export interface OperatorsEar {
  tellOperatorOfSlow(endpoint: EndpointAddress, told: Told, nowMs: number): Promise<void>;
}

const ROUNDS = 5;
const PAGE = 100;
const AT_ONCE = 10;
/** What found no room is looked at again. */
const NO_ROOM_MS = 60 * 60_000;

export async function tellNotices(ports: NoticePorts, message: WakeMessage): Promise<void> {
  const { tenant, environment } = message;
  const scope = { tenant, environment };
  const recipients = await recipientsOf(ports.registry, scope);
  // From here on, only this message brings us back if the function dies.
  await ports.wakes.done(message);
  const operators = await recipientsOf(ports.registry, OPERATOR_SCOPE);
  if (recipients.size === 0 && operators.size === 0) return tellNobody(ports, scope);
  const isDone = await optimistically(ROUNDS, async () => {
    const kept = await ports.notices.getBook(scope);
    const sent = await sendWhatStands(ports, scope, kept);
    return (
      sent && (await look(ports, scope, { recipients, hasOperator: operators.size > 0 }, sent))
    );
  });
  if (!isDone) throw new OvertakenError('the book of notices');
}

/** Somebody may be there when the next digest is due. */
async function tellNobody(ports: NoticePorts, scope: Scope): Promise<void> {
  while ((await ports.notices.clearNotices(scope, PAGE)) === PAGE);
  const settings = await ports.registry.getNoticeSettings(scope);
  const dueMs = settings && digestDueMs(settings, ports.surroundings.now());
  if (dueMs !== undefined) await wakeAt(ports, noticesAddress(scope), dueMs);
}

/** @returns the book without what was sent; undefined if somebody else wrote it */
async function sendWhatStands(
  { notices, queues }: NoticePorts,
  scope: Scope,
  { book, version }: KeptBook,
): Promise<KeptBook | undefined> {
  const { sending, ...rest } = book;
  if (!sending) return { book, version };
  const refused = await queues.sendEvents(sending.map((event) => ({ event, mayRepeat: true })));
  if (refused.size > 0) throw new PartlyRefusedError('SQS', refused.size, sending.length);
  const isPut = await notices.putBook(scope, rest, version);
  return isPut ? { book: rest, version: version + 1 } : undefined;
}

/** @returns undefined if somebody else wrote the book */
async function look(
  ports: NoticePorts,
  scope: Scope,
  heard: Heard,
  { book: before, version }: KeptBook,
): Promise<true | undefined> {
  const nowMs = ports.surroundings.now();
  const stored = await ports.registry.getNoticeSettings(scope);
  const settings = stored ?? DEFAULT_NOTICE_SETTINGS;
  const marks = await marksOf(ports.notices, scope);
  const { later: known = {}, ...others } = before;
  const { later, due, lookAtMs: laterAtMs } = remember(known, marks, nowMs);
  const seen = await seenNow(ports, scope, settings, { before, marks, due, heard, nowMs });
  const followed: NoticeBook = {
    ...others,
    endpoints: seen.endpoints,
    ...(laterAtMs !== undefined && { later }),
  };
  const pace = paced(withNotices(followed, seen.notices), settings, nowMs);
  const digest = await dueDigest(ports, scope, pace.after, settings, nowMs);
  const sending: Event[] = [
    ...pace.single.map(({ kind, data }) => eventOf(scope, settings, kind, data, nowMs)),
    ...(pace.sum ? [eventOf(scope, settings, 'digest.hourly', pace.sum, nowMs)] : []),
    ...(digest.data && heard.recipients.size > 0
      ? [eventOf(scope, settings, 'digest.daily', digest.data, nowMs)]
      : []),
  ];
  const looks = [laterAtMs, seen.lookAtMs, pace.lookAtMs, digest.lookAtMs].flatMap(
    (at) => at ?? [],
  );
  const lookAtMs = looks.length === 0 ? undefined : Math.max(nowMs, Math.min(...looks));
  const { wokenAtMs, ...rest } = digest.after;
  // The message that is under way comes no later: it looks then, and enters the next look.
  const isUnderWay = wokenAtMs !== undefined && wokenAtMs > nowMs;
  const isWoken = isUnderWay && lookAtMs !== undefined && wokenAtMs <= lookAtMs;
  const isNear = lookAtMs !== undefined && lookAtMs - nowMs <= MAX_SQS_DELAY_MS;
  const woken = isNear && !isWoken ? lookAtMs : isUnderWay ? wokenAtMs : undefined;
  const after: NoticeBook = {
    ...rest,
    ...(woken !== undefined && { wokenAtMs: woken }),
    ...(sending.length > 0 && { sending }),
  };
  const put = () => ports.notices.putBook(scope, after, version);
  // Its entry may have been the one that was struck above.
  if (isWoken) await ports.wakes.note(noticesAddress(scope), wokenAtMs);
  const isPut = await (lookAtMs === undefined || isWoken
    ? put()
    : wakeAt(ports, noticesAddress(scope), lookAtMs, put));
  if (!isPut) return undefined;
  const taken = [...marks.values()].filter(({ endpointId }) => !seen.left.has(endpointId));
  await inParallel(taken, AT_ONCE, (mark) => ports.notices.dropMark(scope, mark));
  await sendWhatStands(ports, scope, { book: after, version: version + 1 });
  return true;
}

async function marksOf(notices: NoticeLedger, scope: Scope): Promise<ReadonlyMap<string, Mark>> {
  const marks = new Map<string, Mark>();
  let cursor: string | undefined;
  do {
    const page = await notices.listMarks(scope, PAGE, cursor);
    for (const mark of page.entries) marks.set(mark.endpointId, mark);
    cursor = page.next;
  } while (cursor !== undefined && marks.size < MAX_FOLLOWED);
  return marks;
}

/** Who hears of it: without recipients the operator, of slow endpoints alone. */
interface Heard {
  readonly recipients: ReadonlySet<string>;
  readonly hasOperator: boolean;
}

interface Looked {
  readonly before: NoticeBook;
  readonly marks: ReadonlyMap<string, Mark>;
  readonly due: ReadonlyMap<string, DueCertificates>;
  readonly heard: Heard;
  readonly nowMs: number;
}

/** What is told of each endpoint; those that find no room are left for later, with their marks. */
async function seenNow(
  ports: NoticePorts,
  scope: Scope,
  settings: NoticeSettings,
  { before, marks, due, heard, nowMs }: Looked,
) {
  const known = Object.keys(before.endpoints);
  const marked = [...marks].flatMap(([id, mark]) => (isOfCertificates(mark) ? [] : id));
  const all = [...new Set([...known, ...due.keys(), ...marked])];
  const ids = all.slice(0, MAX_FOLLOWED);
  const left = new Set(all.slice(MAX_FOLLOWED));
  const refs = ids.map((id) => ({ ...scope, id }));
  const found = await ports.registry.getEndpoints(refs);
  const healths = await ports.health.getHealths([...found.values()].map(addressOf));
  const endpoints: Record<string, Followed> = {};
  const looks = left.size > 0 ? [nowMs + NO_ROOM_MS] : [];
  const told = await inParallel(ids, AT_ONCE, async (id): Promise<Notice[]> => {
    const endpoint = found.get(id);
    if (!isToldOf(endpoint, heard.recipients)) return [];
    const isOperatorsAlone = heard.recipients.size === 0;
    const followed = followedFor(before.endpoints[id] ?? {}, isOperatorsAlone);
    const mark = marks.get(id);
    const health = (!isOperatorsAlone && healths.get(id)) || CLEAN_HEALTH;
    const isSlow = followed.slowness !== undefined || mark?.slowAtMs !== undefined;
    const p95Ms = isSlow ? await p95Of(ports, endpoint, nowMs) : undefined;
    const slowAboveMs = slowAboveMsFor(settings, id);
    const step = follow(followed, { health, mark, due: due.get(id), p95Ms, slowAboveMs }, nowMs);
    if (step.after) endpoints[id] = step.after;
    if (step.lookAtMs !== undefined) looks.push(step.lookAtMs);
    for (const one of heard.hasOperator ? step.told : []) {
      if (one.kind === 'endpoint.slow')
        await ports.events.tellOperatorOfSlow(addressOf(endpoint), one, nowMs);
    }
    if (isOperatorsAlone) return [];
    const wanted = step.told.filter(({ kind }) => kindsFor(settings, id).includes(kind));
    const notices: Notice[] = [];
    for (const one of wanted) {
      notices.push(await noticeOf(ports, one, endpoint, health, settings, nowMs));
    }
    return notices;
  });
  const lookAtMs = looks.length === 0 ? undefined : Math.min(...looks);
  return { endpoints, notices: told.flat(), left, lookAtMs };
}

function followedFor({ slowness, ...others }: Followed, isOperatorsAlone: boolean): Followed {
  return { ...(!isOperatorsAlone && others), ...(slowness && { slowness }) };
}

function isToldOf(
  endpoint: Endpoint | undefined,
  recipients: ReadonlySet<string>,
): endpoint is Endpoint {
  return (
    endpoint !== undefined && endpoint.deletedAtMs === undefined && !recipients.has(endpoint.id)
  );
}

async function dueDigest(
  ports: NoticePorts,
  scope: Scope,
  book: NoticeBook,
  settings: NoticeSettings,
  nowMs: number,
) {
  const { digestedAtMs, ...rest } = book;
  const dueMs = digestDueMs(settings, digestedAtMs ?? nowMs);
  if (dueMs === undefined) return { after: rest, data: undefined, lookAtMs: undefined };
  const isDue = dueMs <= nowMs;
  const data = isDue ? await digestOf(ports, scope, book, settings, nowMs) : undefined;
  const after = { ...rest, digestedAtMs: isDue ? nowMs : (digestedAtMs ?? nowMs) };
  return { after, data, lookAtMs: isDue ? digestDueMs(settings, nowMs) : dueMs };
}

function eventOf(
  scope: Scope,
  { channels }: NoticeSettings,
  kind: NoticeKind | DigestKind,
  data: Readonly<Record<string, unknown>>,
  nowMs: number,
): Event {
  const about = JSON.stringify([scope.environment, scope.tenant, data]);
  // Of the operator's own there is the digest alone: nothing marks its endpoints.
  const isOperators = scope.tenant === OPERATOR_TENANT && kind === 'digest.daily';
  const type = isOperators ? kind : noticeType(kind);
  return { ...operationalEvent(type, about, nowMs, data, scope), channels };
}

// Certificates that expire soon. What a connection showed is remembered, so that an endpoint without traffic is told of as
// well; one that was renewed is told of no more once a connection has shown the new one.
import { defined } from '../defined.ts';
import { DAY_MS } from '../time.ts';
import type { DueCertificates, Mark, Owner, SeenCertificate } from './mark.ts';
import type { Step, Told } from './step.ts';

/** So many days before it expires, the most first. */
export const WARN_DAYS = [30, 14, 3] as const;
/** Nothing is told of what expires later than this. */
export const EXPIRES_SOON_MS = WARN_DAYS[0] * DAY_MS;
/** Certificates that nothing is told of yet; of more, those that expire first. */
export const MAX_REMEMBERED = 1_000;

const OWNERS = { receiver: 'receiverExpiresAtMs', client: 'clientExpiresAtMs' } as const;
const OWNER_NAMES: readonly Owner[] = ['receiver', 'client'];

interface FollowedCertificate extends SeenCertificate {
  /** The number of days that was told last, whichever certificate it was: a receiver may have one for each node. */
  readonly toldDays?: number;
  /** Another that expires later was seen: it is told of only if it is seen again. */
  readonly isRenewed?: true;
}
export type FollowedCertificates = Partial<Readonly<Record<Owner, FollowedCertificate>>>;

/** By `receiver ep_...` or `client ep_...`. */
export type LaterCertificates = Readonly<Record<string, SeenCertificate>>;

interface Remembered {
  readonly later: LaterCertificates;
  /** Those whose first notice is due, by endpoint. */
  readonly due: ReadonlyMap<string, DueCertificates>;
  /** When the next one is, Unix milliseconds. */
  readonly lookAtMs: number | undefined;
}

export function remember(
  before: LaterCertificates,
  marks: ReadonlyMap<string, Mark>,
  nowMs: number,
): Remembered {
  const all: Record<string, SeenCertificate> = { ...before };
  for (const [id, mark] of marks) {
    for (const owner of OWNER_NAMES) {
      const expiresAtMs = mark[OWNERS[owner]];
      if (expiresAtMs !== undefined) all[`${owner} ${id}`] = { expiresAtMs, seenAtMs: nowMs };
    }
  }
  const soonMs = nowMs + EXPIRES_SOON_MS;
  const due = new Map<string, DueCertificates>();
  for (const [key, seen] of Object.entries(all)) {
    if (seen.expiresAtMs > soonMs) continue;
    delete all[key];
    const [owner = '', id = ''] = key.split(' ');
    due.set(id, { ...due.get(id), [owner]: seen });
  }
  const later = Object.entries(all)
    .toSorted(([, a], [, b]) => a.expiresAtMs - b.expiresAtMs)
    .slice(0, MAX_REMEMBERED);
  const firstMs = later[0]?.[1].expiresAtMs;
  return {
    later: Object.fromEntries(later),
    due,
    lookAtMs: firstMs === undefined ? undefined : firstMs - EXPIRES_SOON_MS,
  };
}

/** Whether a mark shows nothing but certificates. */
export function isOfCertificates({ failedAtMs, dead, slowAtMs, ...mark }: Mark): boolean {
  const isOfMore = failedAtMs !== undefined || slowAtMs !== undefined || (dead ?? 0) > 0;
  return !isOfMore && OWNER_NAMES.some((owner) => mark[OWNERS[owner]] !== undefined);
}

export function certificatesSeen(
  before: FollowedCertificates | undefined,
  mark: Mark | undefined,
  due: DueCertificates | undefined,
  nowMs: number,
): Step<FollowedCertificates> {
  const told: Told[] = [];
  const looks: number[] = [];
  const after: { -readonly [K in keyof FollowedCertificates]: FollowedCertificates[K] } = {};
  for (const owner of OWNER_NAMES) {
    const shownMs = mark?.[OWNERS[owner]];
    const seen = shownMs === undefined ? due?.[owner] : { expiresAtMs: shownMs, seenAtMs: nowMs };
    const { followed, days } = stepOf(before?.[owner], seen, nowMs);
    if (followed === undefined) continue;
    if (days !== undefined) {
      const { expiresAtMs, seenAtMs = nowMs } = followed;
      const facts = {
        certificate: owner,
        expiresAt: new Date(expiresAtMs).toISOString(),
        seenAt: new Date(seenAtMs).toISOString(),
        days,
      };
      told.push({ kind: 'certificate.expiring', sinceMs: expiresAtMs, reminders: 0, facts });
    }
    after[owner] = followed;
    looks.push(nextLookMs(followed));
  }
  const isOver = looks.length === 0;
  return {
    after: isOver ? undefined : after,
    told,
    lookAtMs: isOver ? undefined : Math.min(...looks),
  };
}

interface CertificateStep {
  /** Undefined if it is over. */
  readonly followed?: FollowedCertificate;
  /** What is to be told now. */
  readonly days?: number | undefined;
}

function stepOf(
  known: FollowedCertificate | undefined,
  seen: SeenCertificate | undefined,
  nowMs: number,
): CertificateStep {
  const isFar = seen !== undefined && seen.expiresAtMs > nowMs + EXPIRES_SOON_MS;
  // One that has expired is of no account beside another.
  const isKnown = known !== undefined && (!seen || isFar || seen.expiresAtMs < nowMs);
  const one = isKnown ? known : isFar ? undefined : seen;
  if (one === undefined || one.expiresAtMs + DAY_MS < nowMs) return {};
  const isNext = known !== undefined && known.expiresAtMs < nowMs && one.expiresAtMs >= nowMs;
  const toldDays = isNext ? undefined : known?.toldDays;
  const isQuiet = isKnown && (isFar || known.isRenewed);
  const days = isQuiet ? undefined : daysDue(one.expiresAtMs, toldDays, nowMs);
  if (days !== undefined || known === undefined) {
    const { expiresAtMs, seenAtMs = nowMs } = one;
    return { followed: defined({ expiresAtMs, seenAtMs, toldDays: days }), days };
  }
  const { isRenewed, ...same } = known;
  const isAnother = isFar || one.expiresAtMs > known.expiresAtMs + DAY_MS;
  const stays = isKnown && isRenewed === true;
  return { followed: { ...same, ...((isAnother || stays) && { isRenewed: true }) } };
}

/** The number of days that is to be told, if it is not told yet. */
function daysDue(expiresAtMs: number, toldDays: number | undefined, nowMs: number) {
  const days = WARN_DAYS.findLast((some) => expiresAtMs - nowMs <= some * DAY_MS);
  return days !== undefined && (toldDays === undefined || days < toldDays) ? days : undefined;
}

/** When there is more to tell, or it is over. */
function nextLookMs({ expiresAtMs, toldDays = 0, isRenewed }: FollowedCertificate): number {
  const next = isRenewed ? undefined : WARN_DAYS.find((some) => some < toldDays);
  return next === undefined ? expiresAtMs + DAY_MS + 1 : expiresAtMs - next * DAY_MS;
}

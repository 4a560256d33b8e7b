// Certificates that expire soon, as they are seen when requests are made: one that was renewed is seen no more.
import { DAY_MS } from '../time.ts';
import type { Mark } from './mark.ts';
import type { Step, Told } from './step.ts';

/** So many days before it expires, the most first. */
export const WARN_DAYS = [30, 14, 3] as const;
/** What expires within this is worth a mark. */
export const EXPIRES_SOON_MS = WARN_DAYS[0] * DAY_MS;

/** The receiver’s, and the client’s that we show it. */
const OWNERS = ['receiver', 'client'] as const;

interface FollowedCertificate {
  /** Of the one that was told last. */
  readonly expiresAtMs: number;
  /** The number of days that was told last, whichever certificate it was: a receiver may have one for each node. */
  readonly toldDays?: number;
}
export type FollowedCertificates = Partial<
  Readonly<Record<(typeof OWNERS)[number], FollowedCertificate>>
>;

export function certificatesSeen(
  before: FollowedCertificates | undefined,
  mark: Mark | undefined,
  nowMs: number,
): Step<FollowedCertificates> {
  const seen = {
    receiver: mark?.receiverExpiresAtMs,
    client: mark?.clientExpiresAtMs,
  };
  const told: Told[] = [];
  const after: { -readonly [K in keyof FollowedCertificates]: FollowedCertificates[K] } = {};
  for (const owner of OWNERS) {
    const known = before?.[owner];
    const expiresAtMs = seenNow(seen[owner], known, nowMs);
    if (expiresAtMs === undefined || expiresAtMs + DAY_MS < nowMs) continue;
    const isNext = known !== undefined && known.expiresAtMs < nowMs && expiresAtMs >= nowMs;
    const toldDays = isNext ? undefined : known?.toldDays;
    const days = WARN_DAYS.findLast((some) => expiresAtMs - nowMs <= some * DAY_MS);
    const isNew = days !== undefined && (toldDays === undefined || days < toldDays);
    if (seen[owner] !== undefined && isNew) {
      const facts = { certificate: owner, expiresAt: new Date(expiresAtMs).toISOString(), days };
      told.push({ kind: 'certificate.expiring', sinceMs: expiresAtMs, reminders: 0, facts });
      after[owner] = { expiresAtMs, toldDays: days };
    } else {
      after[owner] = known ?? { expiresAtMs };
    }
  }
  return { after: Object.keys(after).length === 0 ? undefined : after, told };
}

/** One that has expired is of no account beside another. */
function seenNow(
  seenMs: number | undefined,
  known: FollowedCertificate | undefined,
  nowMs: number,
): number | undefined {
  return known && (seenMs === undefined || seenMs < nowMs) ? known.expiresAtMs : seenMs;
}

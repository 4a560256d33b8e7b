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
  readonly expiresAtMs: number;
  /** The number of days that was told last. */
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
    const expiresAtMs = seen[owner] ?? known?.expiresAtMs;
    if (expiresAtMs === undefined || expiresAtMs + DAY_MS < nowMs) continue;
    const toldDays = known?.expiresAtMs === expiresAtMs ? known.toldDays : undefined;
    const days = WARN_DAYS.findLast((some) => expiresAtMs - nowMs <= some * DAY_MS);
    const isNew = days !== undefined && (toldDays === undefined || days < toldDays);
    if (seen[owner] !== undefined && isNew) {
      const facts = { certificate: owner, expiresAt: new Date(expiresAtMs).toISOString(), days };
      told.push({ kind: 'certificate.expiring', sinceMs: expiresAtMs, reminders: 0, facts });
      after[owner] = { expiresAtMs, toldDays: days };
    } else {
      after[owner] = { expiresAtMs, ...(toldDays === undefined ? {} : { toldDays }) };
    }
  }
  return { after: Object.keys(after).length === 0 ? undefined : after, told };
}

// What tenants are told of: each kind is an event type under the reserved prefix.
import { RESERVED_PREFIX } from '../events/reserved.ts';

/** About one endpoint each; a tenant may choose among them. */
export const NOTICE_KINDS = [
  'endpoint.failing',
  'endpoint.paused',
  'endpoint.recovered',
  'endpoint.slow',
  'certificate.expiring',
  'deliveries.dead',
] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** Several notices in one, and the state of the day. */
export const DIGEST_KINDS = ['digest.hourly', 'digest.daily'] as const;
export type DigestKind = (typeof DIGEST_KINDS)[number];

export type NoticeType = `${typeof RESERVED_PREFIX}${NoticeKind | DigestKind}`;

export const noticeType = (kind: NoticeKind | DigestKind): NoticeType =>
  `${RESERVED_PREFIX}${kind}`;

/** What the operator is told in the same way, under names without the prefix. */
export const OPERATOR_KINDS = ['endpoint.slow', 'digest.daily'] as const satisfies readonly (
  | NoticeKind
  | DigestKind
)[];

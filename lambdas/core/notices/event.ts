// Notices, as events of the operator's own tenant or of the tenant whose endpoint they are about. Their ids are
// derived from their content, so that a repeated notice is the same event.

import { createHash } from 'node:crypto';
import type { Event } from '../events/event.ts';
import { createId } from '../identifiers.ts';
import { OPERATOR_SCOPE, type Scope } from '../scope.ts';
import type { NoticeType, OPERATOR_KINDS } from './kinds.ts';

/** The operator's names, and those of tenants. */
type OperationalEventType =
  | 'endpoint.failing'
  | 'endpoint.paused'
  | 'endpoint.recovered'
  | 'delivery.dead'
  | 'certificate.expiring'
  | (typeof OPERATOR_KINDS)[number]
  | 'posthorn.filter.over_budget'
  | NoticeType;

/**
 * @param about identifies the notice if it is repeated: the endpoint and the transition
 * @param atMs when it came to be; part of the id, so it must be the same each time as well
 */
export function operationalEvent(
  type: OperationalEventType,
  about: string,
  atMs: number,
  data: Readonly<Record<string, unknown>>,
  scope: Scope = OPERATOR_SCOPE,
): Event {
  const digest = createHash('sha256').update(`${type}\n${about}`).digest();
  return {
    ...scope,
    id: createId('evt', atMs, digest),
    type,
    acceptedAtMs: atMs,
    channels: [],
    data: JSON.stringify(data),
  };
}

// Notices to the operator, as events of the operator's own tenant. Their ids are derived from their content, so that a
// repeated notice is the same event.

import { createHash } from 'node:crypto';
import type { Event } from '../events/event.ts';
import { createId } from '../identifiers.ts';
import { OPERATOR_SCOPE } from '../scope.ts';

type OperationalEventType =
  | 'endpoint.failing'
  | 'endpoint.paused'
  | 'endpoint.recovered'
  | 'delivery.dead';

/**
 * @param about identifies the notice if it is repeated: the endpoint and the transition
 * @param atMs when it came to be; part of the id, so it must be the same each time as well
 */
export function operationalEvent(
  type: OperationalEventType,
  about: string,
  atMs: number,
  data: Readonly<Record<string, unknown>>,
): Event {
  const digest = createHash('sha256').update(`${type}\n${about}`).digest();
  return {
    ...OPERATOR_SCOPE,
    id: createId('evt', atMs, digest),
    type,
    acceptedAtMs: atMs,
    channels: [],
    data: JSON.stringify(data),
  };
}

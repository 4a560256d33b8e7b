// What Posthorn tells its operator, as events of a tenant of the operator's own. Their ids are made from
// what they are about, so that telling it twice is telling it once.

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
 * @param about what makes the event the same if it is told again: the endpoint and the transition
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

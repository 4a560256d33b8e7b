// Wakes an endpoint at a moment: near ones by SQS delay, later ones by a schedule. Either way the wake
// directory knows of it first, so that sweep finds it if it is lost.

import { PartlyRefusedError } from '../errors.ts';
import type { EndpointAddress } from '../scope.ts';
import type { Surroundings } from '../surroundings.ts';
import { MAX_SQS_DELAY_MS } from '../time.ts';
import { bucketOf } from './bucket.ts';
import type { Wakes } from './directory.ts';
import type { WakeQueue } from './message.ts';

export interface WakeAtPorts {
  readonly wakes: Wakes;
  readonly queues: WakeQueue;
  readonly surroundings: Pick<Surroundings, 'now'>;
}

/**
 * @param write what makes the wake-up necessary: it stands in the directory before that, and is sent after it,
 * unless it gives false. What is scheduled comes in any case, and finds nothing to do.
 */
export async function wakeAt<T = undefined>(
  { wakes, queues, surroundings }: WakeAtPorts,
  endpoint: EndpointAddress,
  atMs: number,
  write = async (): Promise<T> => undefined as T, // only then T is not inferred
): Promise<T> {
  const enteredAtMs = surroundings.now();
  const isNear = atMs - enteredAtMs <= MAX_SQS_DELAY_MS;
  await (isNear ? wakes.note(endpoint, atMs) : wakes.ensure(endpoint, atMs));
  const written = await write();
  if (written === false || !isNear) return written;
  const { tenant, environment, endpointId } = endpoint;
  const bucketMs = bucketOf(Math.max(atMs, enteredAtMs));
  const delaySeconds = Math.max(0, Math.ceil((atMs - surroundings.now()) / 1000));
  const wake = { tenant, environment, endpointId, bucketMs };
  const refused = await queues.sendWakes([{ wake, delaySeconds }]);
  if (refused.size > 0) throw new PartlyRefusedError('SQS', refused.size, 1);
  return written;
}

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

export async function wakeAt(
  ports: WakeAtPorts,
  endpoint: EndpointAddress,
  atMs: number,
): Promise<void> {
  await announceWake(ports, endpoint, atMs);
  await sendWake(ports, endpoint, atMs);
}

/** Enters a wake-up into the directory, where sweep finds it if it is never sent; a later one is also scheduled. */
export function announceWake(
  { wakes, surroundings }: Pick<WakeAtPorts, 'wakes' | 'surroundings'>,
  endpoint: EndpointAddress,
  atMs: number,
): Promise<void> {
  const isFar = atMs - surroundings.now() > MAX_SQS_DELAY_MS;
  return isFar ? wakes.ensure(endpoint, atMs) : wakes.note(endpoint, atMs);
}

/** Sends an announced wake-up, if it is near; a later one has its schedule. */
export async function sendWake(
  { queues, surroundings }: WakeAtPorts,
  endpoint: EndpointAddress,
  atMs: number,
): Promise<void> {
  const delayMs = Math.max(0, atMs - surroundings.now());
  if (delayMs > MAX_SQS_DELAY_MS) return;
  const { tenant, environment, endpointId } = endpoint;
  const wake = { tenant, environment, endpointId, bucketMs: bucketOf(atMs) };
  const refused = await queues.sendWakes([{ wake, delaySeconds: Math.ceil(delayMs / 1000) }]);
  if (refused.size > 0) throw new PartlyRefusedError('SQS', refused.size, 1);
}

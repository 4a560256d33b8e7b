// Wakes an endpoint at a moment: near ones by SQS delay, later ones by a schedule. Either way the wake
// directory knows of it first, so that sweep finds it if it is lost.
import { MAX_SQS_DELAY_MS } from './advance.ts';
import { PartlyRefusedError } from './errors.ts';
import type { EndpointAddress, Queues, Surroundings, Wakes } from './ports.ts';
import { bucketOf } from './wake-bucket.ts';

export interface WakeAtPorts {
  readonly wakes: Wakes;
  readonly queues: Pick<Queues, 'sendWakes'>;
  readonly surroundings: Pick<Surroundings, 'now'>;
}

export async function wakeAt(
  { wakes, queues, surroundings }: WakeAtPorts,
  endpoint: EndpointAddress,
  atMs: number,
): Promise<void> {
  const delayMs = Math.max(0, atMs - surroundings.now());
  if (delayMs > MAX_SQS_DELAY_MS) return wakes.ensure(endpoint, atMs);
  await wakes.note(endpoint, atMs);
  const { tenant, environment, endpointId } = endpoint;
  const wake = { tenant, environment, endpointId, bucketMs: bucketOf(atMs) };
  const refused = await queues.sendWakes([{ wake, delaySeconds: Math.ceil(delayMs / 1000) }]);
  if (refused.size > 0) throw new PartlyRefusedError('SQS', refused.size, 1);
}

// Carries out what follows from a recorded delivery. Repeating it harms nothing: a second message finds it done.
import type { SQSRecord } from 'aws-lambda';
import { LOST_AFTER_MS } from '../core/deliveries/advance.ts';
import type { Delivery } from '../core/deliveries/delivery.ts';
import { effectOf } from '../core/deliveries/effect.ts';
import type { RetryQueue } from '../core/deliveries/message.ts';
import { PartlyRefusedError } from '../core/errors.ts';
import type { OperatorNotices } from '../core/operator/notices.ts';
import { isRedriven } from '../core/redelivered.ts';
import type { Surroundings } from '../core/surroundings.ts';
import type { Wakes } from '../core/wakes/directory.ts';
import { nextLookMs } from '../core/wakes/look.ts';

export interface CarryOutPorts {
  readonly queues: RetryQueue;
  readonly wakes: Pick<Wakes, 'ensure' | 'note'>;
  readonly events: Pick<OperatorNotices, 'tellDead'>;
  readonly surroundings: Surroundings;
}

export async function carryOut(ports: CarryOutPorts, delivery: Delivery): Promise<void> {
  const effect = effectOf(delivery, ports.surroundings.now());
  switch (effect.kind) {
    case 'retry': {
      // SQS keeps its message for 14 days, and the ledger the delivery for longer.
      const lostAtMs = (delivery.dueAtMs ?? 0) + LOST_AFTER_MS;
      await ports.wakes.note(delivery, nextLookMs(delivery.endpointId, lostAtMs));
      const refused = await ports.queues.sendRetries([effect.retry]);
      if (refused.size > 0) throw new PartlyRefusedError('SQS', refused.size, 1);
      return;
    }
    case 'wake':
      return ports.wakes.ensure(delivery, effect.atMs);
    case 'tell':
      return ports.events.tellDead(delivery);
    case 'none':
      return;
    default:
      effect satisfies never;
  }
}

/** Whether a message may have recorded the latest attempt, and died before what follows from it. */
export function isRecordedBy({ recordedBy }: Delivery, record: SQSRecord): boolean {
  return isRedriven(record) || recordedBy?.startsWith(`${record.messageId}/`) === true;
}

// Carries out what follows from a recorded delivery. Repeating it harms nothing: a second message finds it done.
import type { SQSRecord } from 'aws-lambda';
import type { Delivery } from '../core/deliveries/delivery.ts';
import { effectOf } from '../core/deliveries/effect.ts';
import type { RetryQueue } from '../core/deliveries/message.ts';
import { PartlyRefusedError } from '../core/errors.ts';
import type { OperatorNotices } from '../core/operator/notices.ts';
import type { Surroundings } from '../core/surroundings.ts';
import type { Wakes } from '../core/wakes/directory.ts';

export interface CarryOutPorts {
  readonly queues: RetryQueue;
  readonly wakes: Pick<Wakes, 'ensure'>;
  readonly events: Pick<OperatorNotices, 'tellDead'>;
  readonly surroundings: Surroundings;
}

export async function carryOut(ports: CarryOutPorts, delivery: Delivery): Promise<void> {
  const effect = effectOf(delivery, ports.surroundings.now());
  switch (effect.kind) {
    case 'retry': {
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

/** Whether a message recorded the latest attempt: it alone may have died before what follows from it. */
export function isRecordedBy({ recordedBy }: Delivery, { messageId }: SQSRecord): boolean {
  return recordedBy?.startsWith(`${messageId}/`) === true;
}

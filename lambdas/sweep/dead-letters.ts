// What our own code could not process goes back to its queue, again and again while SQS keeps it. What cannot be
// read stays in the dead-letter queue for a person.
import { DECODERS, type DeadLetterQueue, type DeadLetters, isDue } from '../core/dead-letters.ts';
import type { FailedRecord } from '../core/deliveries/failed-record.ts';
import { inParallel } from '../core/in-parallel.ts';
import type { Surroundings } from '../core/surroundings.ts';

const READ_PER_RUN = 20_000;

export const SWEPT_QUEUES = Object.keys(DECODERS) as DeadLetterQueue[]; // just these are its keys

interface DeadLetterPorts {
  readonly deadLetters: Pick<DeadLetters, 'redrive'>;
  readonly surroundings: Pick<Surroundings, 'now'>;
  /** Told of each queue: `refused` by SQS, `resting` until they are due, and what cannot be read. */
  readonly report: (
    queue: DeadLetterQueue,
    counts: Readonly<Record<'redriven' | 'refused' | 'resting' | 'unreadable', number>>,
    unreadable: readonly FailedRecord[],
  ) => void;
}

/** One pass over all dead-letter queues: a failure at one of them leaves the others alone, and is thrown at the end. */
export async function redriveDeadLetters(
  { deadLetters, surroundings, report }: DeadLetterPorts,
  isOver: () => boolean,
): Promise<void> {
  await inParallel(SWEPT_QUEUES, SWEPT_QUEUES.length, async (queue) => {
    const unreadable: FailedRecord[] = [];
    let resting = 0;
    const { moved: redriven, refused } = await deadLetters.redrive(queue, {
      limit: READ_PER_RUN,
      isOver,
      isChosen(letter) {
        try {
          DECODERS[queue](letter.body);
        } catch (error) {
          unreadable.push({ messageId: letter.id, error });
          return false;
        }
        const isNow = isDue(letter, surroundings.now());
        if (!isNow) resting++;
        return isNow;
      },
    });
    report(queue, { redriven, refused, resting, unreadable: unreadable.length }, unreadable);
  });
}

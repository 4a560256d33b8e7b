// What our own code could not process of deliveries and retries: it is put into the ledger as waiting,
// and its endpoint is woken for it. What cannot be read stays in the dead-letter queue.
import type { SQSRecord } from 'aws-lambda';
import { askedAttempt } from '../core/deliveries/asked-attempt.ts';
import { eachByItself, type FailedRecord } from '../core/deliveries/failed-record.ts';
import type { DeliveryLedger } from '../core/deliveries/ledger.ts';
import { decodeDeliveryMessage } from '../core/deliveries/message.ts';
import { NotYetStoredError } from '../core/errors.ts';
import type { EventLedger } from '../core/events/ledger.ts';
import type { Settings } from '../core/settings.ts';
import type { Surroundings } from '../core/surroundings.ts';
import { MAX_SQS_DELAY_MS } from '../core/time.ts';
import type { Wakes } from '../core/wakes/directory.ts';

/** Long enough for whatever made it fail ten times to be over, and beyond what SQS delays. */
const REST_MS = MAX_SQS_DELAY_MS + 5 * 60_000;

interface DeadLetterPorts {
  readonly ledger: Pick<EventLedger, 'getEvents'> & Pick<DeliveryLedger, 'rest'>;
  readonly wakes: Wakes;
  readonly surroundings: Surroundings;
  readonly settings: Settings;
}

export async function restDeadLetters(
  ports: DeadLetterPorts,
  records: readonly SQSRecord[],
): Promise<FailedRecord[]> {
  const jobs = records.map((record) => ({ record }));
  return eachByItself(jobs, ({ record }) => restOne(ports, record));
}

async function restOne(ports: DeadLetterPorts, record: SQSRecord): Promise<void> {
  const message = decodeDeliveryMessage(record.body);
  const stored = (await ports.ledger.getEvents([message])).get(message.eventId);
  if (!stored) throw new NotYetStoredError(message.eventId);
  const nowMs = ports.surroundings.now();
  await ports.wakes.ensure(message, nowMs + REST_MS);
  await ports.ledger.rest(askedAttempt(message, stored.event, ports.settings, nowMs));
}

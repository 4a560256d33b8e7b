// Ports for tests of handlers: what a test gives is there, and any other use of the port is a failure.
import type { SQSRecord } from 'aws-lambda';
import { FIRST_SENT_AT } from '../../lambdas/core/redelivered.ts';
import type { Surroundings } from '../../lambdas/core/surroundings.ts';
import { NOON_MS } from './events.ts';

/** A port of which only these parts may be used. */
export function only<T extends object>(parts: Partial<T>): T {
  return new Proxy(parts, {
    get(given, name) {
      if (name in given) return Reflect.get(given, name);
      throw new Error(`the test does not expect the use of ${String(name)}`);
    },
  }) as T; // what is missing throws when it is used
}

/** A clock that stands still until it is set, and randomness that counts. */
export function fixedSurroundings(startMs = NOON_MS): Surroundings & { nowMs: number } {
  let count = 0;
  return {
    nowMs: startMs,
    now() {
      return this.nowMs;
    },
    random(bytes) {
      count++;
      const random = Buffer.alloc(bytes);
      random.writeUInt32BE(count, bytes - 4);
      return random;
    },
    async sleep(ms: number) {
      this.nowMs += ms;
    },
  };
}

let messages = 0;

export function sqsRecord(
  body: string,
  receiveCount = 1,
  messageId = `m-${++messages}`,
): SQSRecord {
  return {
    messageId,
    receiptHandle: `handle of ${messageId}`,
    body,
    attributes: {
      ApproximateReceiveCount: String(receiveCount),
      SentTimestamp: '0',
      SenderId: '',
      ApproximateFirstReceiveTimestamp: '0',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: '',
    awsRegion: '',
  };
}

/** As it comes back from the dead-letter queue: as a new message. */
export function redriven({ body }: SQSRecord): SQSRecord {
  const stringValue = '0';
  const messageAttributes = { [FIRST_SENT_AT]: { dataType: 'Number', stringValue } };
  return { ...sqsRecord(body), messageAttributes };
}

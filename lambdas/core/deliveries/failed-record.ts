// What a function behind a queue reports: faults only; a recorded failed attempt is a processed message.

/** A record that could not be processed, and why. */
export interface FailedRecord {
  readonly messageId: string;
  readonly error: unknown;
}

/** The answer of an SQS handler: what is named comes back, everything else is done. */
export function batchResponse(failed: readonly FailedRecord[]): {
  batchItemFailures: { itemIdentifier: string }[];
} {
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

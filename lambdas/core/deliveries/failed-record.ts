// What a function behind a queue reports: faults only; a recorded failed attempt is a processed message.

/** A record that could not be processed, and why. */
export interface FailedRecord {
  readonly messageId: string;
  readonly error: unknown;
}

/** Each record with its message; those that cannot be read fail alone. */
export function readRecords<R extends { readonly messageId: string; readonly body: string }, M>(
  records: readonly R[],
  decode: (body: string) => M,
): {
  readonly read: { readonly record: R; readonly message: M }[];
  readonly failed: FailedRecord[];
} {
  const read: { record: R; message: M }[] = [];
  const failed: FailedRecord[] = [];
  for (const record of records) {
    try {
      read.push({ record, message: decode(record.body) });
    } catch (error) {
      failed.push({ messageId: record.messageId, error });
    }
  }
  return { read, failed };
}

/** Works on jobs side by side, each by itself: the records of those that failed, once all have ended. */
export async function eachByItself<J extends { readonly record: { readonly messageId: string } }>(
  jobs: readonly J[],
  work: (job: J, index: number) => Promise<unknown>,
): Promise<FailedRecord[]> {
  const failed = await Promise.all(
    jobs.map(async (job, index): Promise<FailedRecord[]> => {
      try {
        await work(job, index);
        return [];
      } catch (error) {
        return [{ messageId: job.record.messageId, error }];
      }
    }),
  );
  return failed.flat();
}

/** The answer of an SQS handler: what is named comes back, everything else is done. */
export function batchResponse(failed: readonly FailedRecord[]): {
  batchItemFailures: { itemIdentifier: string }[];
} {
  return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
}

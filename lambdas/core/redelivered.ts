// Whether a message may be half done.

/** The message attribute of a dead letter that was sent back: when its first copy was sent, Unix milliseconds. */
export const FIRST_SENT_AT = 'FirstSentAt';

export interface Received {
  readonly attributes: { readonly ApproximateReceiveCount: string };
  readonly messageAttributes: Readonly<Record<string, unknown>>;
}

/** Sent back from a dead-letter queue: it has another id than the copy that may have begun its work. */
export function isRedriven({ messageAttributes }: Pick<Received, 'messageAttributes'>): boolean {
  return FIRST_SENT_AT in messageAttributes;
}

/** Whether it was received before, in this copy or in another. */
export function isRedelivered(record: Received): boolean {
  return Number(record.attributes.ApproximateReceiveCount) > 1 || isRedriven(record);
}

// Spans of time that several rules share.

export const DAY_MS = 24 * 3600 * 1000;

/** SQS delays messages for this long at most; later retries are woken by the scheduler. */
export const MAX_SQS_DELAY_MS = 15 * 60 * 1000;

// How every AWS client tries: what is slow is given up in time for another try within the function's own.

/** Milliseconds. Longer than a busy machine needs, and far below any function's timeout. */
const CONNECTION_TIMEOUT_MS = 4_000;
const REQUEST_TIMEOUT_MS = 10_000;

export const CLIENT_OPTIONS = {
  maxAttempts: 5,
  requestHandler: {
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
  },
} as const;

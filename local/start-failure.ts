// What stops `npm start` with one line for the operator and no stack: a port in use, a folder that
// cannot be written, a setting that is not understood.

export class StartFailure extends Error {
  readonly code = 'start_failure';
}

/** A `code` such as EADDRINUSE of a system error; empty for anything else. */
export function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

// Problem details (RFC 9457), the form of every error answer, with every fault listed by its path.

import { defined } from './defined.ts';

/** One thing that is wrong. `path` is a JSON Pointer (RFC 6901) into the body, or a parameter's name. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

/** Faults of a part, by their paths into the whole. @param base the part's own path */
export function faultsUnder(base: string, faults: readonly Fault[]): Fault[] {
  return faults.map(({ path, message }) => ({ path: base + path, message }));
}

export type ProblemStatus =
  | 400
  | 401
  | 403
  | 404
  | 405
  | 409
  | 412
  | 413
  | 415
  | 422
  | 429
  | 500
  | 503;

const TITLES: Record<ProblemStatus, string> = {
  400: 'The request cannot be read',
  401: 'A valid key is needed',
  403: 'This key may not do this',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  412: 'Changed in the meantime',
  413: 'Too large',
  415: 'Unsupported media type',
  422: 'The request has faults',
  429: 'Too many requests',
  500: 'A fault on our side',
  503: 'Not available at the moment',
};

/** A write that failed may have been done. */
export const UNKNOWN_END =
  'Something went wrong on our side. What was asked may or may not have been done.';

/** An answer that is an error: thrown by the HTTP layer only, mapped to a response in one place. */
export class Problem extends Error {
  readonly status: ProblemStatus;
  readonly detail: string;
  readonly faults: readonly Fault[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: ProblemStatus,
    detail: string,
    faults: readonly Fault[] = [],
    headers: Readonly<Record<string, string>> = {},
  ) {
    super(detail);
    this.name = 'Problem';
    this.status = status;
    this.detail = detail;
    this.faults = bounded(faults);
    this.headers = headers;
  }

  /** The body of the answer, media type `application/problem+json`. */
  toDocument(requestId?: string): Record<string, unknown> {
    return defined({
      type: 'about:blank',
      title: TITLES[this.status],
      status: this.status,
      detail: this.detail,
      errors: this.faults.length > 0 ? this.faults : undefined,
      requestId,
    });
  }
}

/** Of an answer's faults, in characters: a batch may have a hundred such answers. */
export const MAX_FAULTS_LENGTH = 32 * 1024;
const MAX_TEXT_LENGTH = 1_024;

/** Paths hold names that the caller chose: long ones are cut, and what is too much in all is left out. */
function bounded(faults: readonly Fault[]): Fault[] {
  let length = 0;
  return faults
    .map(({ path, message }) => ({ path: cut(path), message: cut(message) }))
    .filter((fault) => {
      length += fault.path.length + fault.message.length;
      return length <= MAX_FAULTS_LENGTH;
    });
}

const cut = (text: string): string =>
  text.length > MAX_TEXT_LENGTH ? `${text.slice(0, MAX_TEXT_LENGTH - 1)}…` : text;

/** A JSON Pointer from the segments of a path. */
export function pointer(segments: readonly PropertyKey[]): string {
  return segments
    .map((segment) => `/${String(segment).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}

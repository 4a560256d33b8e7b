// What goes wrong, as classes: the service refused, could not be reached, or a delivery does not verify.
import { harmless } from './harmless.ts';

/** RFC 9457, as the service answers it. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** Every fault by its path: a JSON Pointer into the body, or the name of a header or parameter. */
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
  readonly requestId?: string;
}

export abstract class PosthornError extends Error {
  abstract readonly code: string;
  override get name(): string {
    return this.constructor.name;
  }
}

/** The service answered, and not with what was asked for. */
export class ApiError extends PosthornError {
  readonly code: string = 'api';
  readonly status: number;
  readonly problem: Problem;
  readonly requestId: string | undefined;
  /** How long the service asks to wait. */
  readonly retryAfterMs: number | undefined;

  constructor(problem: Problem, requestId?: string, retryAfterMs?: number) {
    const faults = problem.errors?.map(({ path, message }) => `${path} ${message}`) ?? [];
    const said = [`${problem.status} ${problem.title}: ${problem.detail}`, ...faults];
    super(said.map(harmless).join('\n  '));
    this.status = problem.status;
    this.problem = problem;
    this.requestId = requestId ?? problem.requestId;
    this.retryAfterMs = retryAfterMs;
  }
}

/** 401: no key, or an unknown, expired or revoked one. */
export class AuthenticationError extends ApiError {
  override readonly code = 'authentication';
}
/** 403: the key may not do this. */
export class PermissionError extends ApiError {
  override readonly code = 'permission';
}
/** 404: there is no such thing, or it is another tenant's or environment's. */
export class NotFoundError extends ApiError {
  override readonly code = 'not_found';
}
/** 409: it conflicts with what is there. */
export class ConflictError extends ApiError {
  override readonly code = 'conflict';
}
/** 412: `If-Match` does not name the current version. */
export class PreconditionFailedError extends ApiError {
  override readonly code = 'precondition_failed';
}
/** 400, 413, 415, 422: the request has faults; `problem.errors` lists them. */
export class InvalidRequestError extends ApiError {
  override readonly code = 'invalid_request';
}
/** 429, after all tries. */
export class RateLimitError extends ApiError {
  override readonly code = 'rate_limit';
}
/** 5xx, after all tries. */
export class ServerError extends ApiError {
  override readonly code = 'server';
}

/** No answer came, after all tries: `cause` says why. */
export class ConnectionError extends PosthornError {
  readonly code = 'connection';
}

/** A delivery that must not be trusted. */
export class VerificationError extends PosthornError {
  readonly code = 'verification';
}

const CLASSES: Readonly<Record<number, typeof ApiError>> = {
  400: InvalidRequestError,
  401: AuthenticationError,
  403: PermissionError,
  404: NotFoundError,
  409: ConflictError,
  412: PreconditionFailedError,
  413: InvalidRequestError,
  415: InvalidRequestError,
  422: InvalidRequestError,
  429: RateLimitError,
};

/** @param body the answer's body as it was read: of API Gateway's own answers it is no problem document */
export function apiErrorOf(response: Response, body: unknown, retryAfterMs?: number): ApiError {
  const { status } = response;
  const ErrorClass = CLASSES[status] ?? (status >= 500 ? ServerError : ApiError);
  const requestId = response.headers.get('posthorn-request-id') ?? undefined;
  return new ErrorClass(problemOf(body, status), requestId, retryAfterMs);
}

function problemOf(body: unknown, status: number): Problem {
  const given: Partial<Problem> & { message?: unknown } =
    typeof body === 'object' && body !== null ? body : { message: body };
  return {
    ...given,
    type: given.type ?? 'about:blank',
    title: given.title ?? 'The service refused',
    status,
    detail: given.detail ?? String(given.message ?? 'It gave no reason.').slice(0, 500),
  };
}

// The refusals of an operation: those that follow from who may call it and what it takes, and its own.

import {
  type Fault,
  Problem,
  type ProblemStatus,
  UNKNOWN_END,
} from '../../lambdas/core/problem.ts';
import type { Operation } from '../../lambdas/http/operation.ts';

const REQUEST_ID = 'f6d4e8b4-afc0-448d-9631-63d84b74d0e4';

interface Example {
  readonly detail: string;
  readonly faults?: readonly Fault[];
}

const EXAMPLES: Readonly<Record<Exclude<ProblemStatus, 405>, Example>> = {
  400: { detail: 'The body is not valid JSON (at character 12).' },
  401: { detail: 'This key is not known, has expired or was revoked.' },
  403: { detail: 'This key lacks the scope endpoints:write.' },
  404: { detail: 'There is no such endpoint.' },
  409: { detail: 'It was changed in the meantime: try again.' },
  412: {
    detail: 'The version has changed: read the resource again, and send its current ETag.',
    faults: [{ path: 'If-Match', message: 'does not match the current version' }],
  },
  413: { detail: 'The body has 300000 bytes, and at most 262144 are allowed.' },
  415: { detail: 'Send JSON, with "Content-Type: application/json".' },
  422: {
    detail: '2 faults; each is listed with its path.',
    faults: [
      { path: '/url', message: 'must be an https:// URL' },
      { path: '/timeout', message: 'is not a known field' },
    ],
  },
  429: { detail: 'Too many requests with this key. Try again in a second.' },
  500: { detail: UNKNOWN_END },
  503: { detail: 'The event could not be stored. Send it again.' },
};

/** One example for each status, for `components.examples`. */
export function problemExamples(): Record<string, object> {
  return Object.fromEntries(
    Object.entries(EXAMPLES).map(([status, { detail, faults }]) => {
      const code = Number(status) as ProblemStatus; // the record's keys are these
      const value = new Problem(code, detail, faults ?? []).toDocument(REQUEST_ID);
      return [`Problem${status}`, { summary: String(value.title), value }];
    }),
  );
}

/** Why most operations answer with it. */
export const COMMON_REASONS = {
  400: 'The body is not valid JSON, or not UTF-8.',
  401: 'The key is missing, unknown, expired or revoked.',
  403: 'The key lacks the scope, is not the operator’s, belongs to the other environment, or is a tenant’s key in a request that names a tenant.',
  404: 'The tenant that the operator named does not exist.',
  413: 'The body is too large.',
  415: 'The `Content-Type` is not JSON, or there is a `Content-Encoding`.',
  422: 'The path, query, headers or body have faults. Each is listed with its path.',
  429: 'Too many requests: wait for `Retry-After` seconds.',
  500: 'An internal error.',
  503: 'Temporarily unavailable: try again.',
} as const satisfies Partial<Record<ProblemStatus, string>>;
type CommonStatus = keyof typeof COMMON_REASONS;

/** The refusals of an operation; those without a reason of its own have the common one. */
export function problemsOf(operation: Operation): ReadonlyMap<ProblemStatus, string | undefined> {
  const { access, problems = {}, body } = operation;
  const isOfTenant = access !== 'open' && access !== 'key' && access !== 'operator';
  const takesInput = body ?? operation.params ?? operation.query ?? operation.headers;
  const common: CommonStatus[] = [
    ...(access === 'open' ? [] : ([401, 403] as const)),
    ...(isOfTenant ? ([404] as const) : []),
    ...(body ? ([400, 413, 415] as const) : []),
    ...(isOfTenant || takesInput ? ([422] as const) : []),
    429,
    500,
    503,
  ];
  const found = new Map<ProblemStatus, string | undefined>();
  for (const status of common) found.set(status, undefined);
  for (const [status, reason] of Object.entries(problems)) {
    const code = Number(status) as ProblemStatus; // the keys of `problems` are such
    found.set(code, code === 404 && isOfTenant ? `${reason} Or: ${COMMON_REASONS[404]}` : reason);
  }
  return new Map([...found].sort(([a], [b]) => a - b));
}

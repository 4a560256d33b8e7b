// Headers of requests and answers, as the document describes them.
import { TENANT_ID } from '../../lambdas/core/scope.ts';
import { ENVIRONMENT_HEADER, TENANT_HEADER } from '../../lambdas/http/authentication.ts';
import type { Operation } from '../../lambdas/http/operation.ts';

interface HeaderSchema {
  readonly type: 'string' | 'integer';
  readonly pattern?: string;
  readonly enum?: string[];
  readonly format?: string;
  readonly minimum?: number;
  readonly maxLength?: number;
  readonly default?: string;
}

const REQUEST_HEADERS: Readonly<Record<string, { schema: HeaderSchema; example: string }>> = {
  'Idempotency-Key': {
    // White space at the ends is not part of a header's value.
    schema: { type: 'string', pattern: '^[\\x21-\\x7e]([\\x20-\\x7e]{0,253}[\\x21-\\x7e])?$' },
    example: 'dossier-1',
  },
  traceparent: {
    schema: { type: 'string' },
    example: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01',
  },
  tracestate: { schema: { type: 'string' }, example: 'congo=t61rcWkgMzE' },
  'If-Match': {
    schema: {
      type: 'string',
      pattern: '^("[0-9]+"(, "[0-9]+")*|[*])$',
    },
    example: '"1"',
  },
};

const ANSWER_HEADERS: Readonly<Record<string, { schema: HeaderSchema; example: string | number }>> =
  {
    'Retry-After': { schema: { type: 'integer', minimum: 0 }, example: 1 },
    ETag: { schema: { type: 'string', pattern: '^"[0-9]+"$' }, example: '"1"' },
  };

/** Request headers beside `Authorization`. */
export function headerParameters({ access, headers = {} }: Operation) {
  const isOfTenant = access !== 'open' && access !== 'key' && access !== 'operator';
  const own = Object.entries(headers).map(([name, description]) => ({
    name,
    in: 'header' as const,
    required: false,
    description,
    ...(REQUEST_HEADERS[name] ?? { schema: { type: 'string' as const } }),
  }));
  if (!isOfTenant) return own;
  return [
    {
      name: TENANT_HEADER,
      in: 'header' as const,
      required: false,
      description:
        'With the operator’s key: the tenant that the request is for. Not allowed with a tenant’s key.',
      schema: { type: 'string' as const, pattern: TENANT_ID.source },
      example: 'acme',
    },
    {
      name: ENVIRONMENT_HEADER,
      in: 'header' as const,
      required: false,
      description:
        'With the operator’s key: the environment, `live` unless said. A tenant’s key belongs to one environment.',
      schema: { $ref: '#/components/schemas/Environment' },
    },
    ...own,
  ];
}

/** An answer's headers: its own by name with what they say, and the request's id. */
export function answerHeaders(own: Readonly<Record<string, string>> = {}) {
  return {
    ...Object.fromEntries(
      Object.entries(own).map(([name, description]) => [
        name,
        { description, ...(ANSWER_HEADERS[name] ?? { schema: { type: 'string' as const } }) },
      ]),
    ),
    'Posthorn-Request-Id': { $ref: '#/components/headers/RequestId' },
  };
}

// The OpenAPI 3.1 document, from the operations. Made when it is written down, never in a function:
// what a function serves is the file.
import * as z from 'zod';
import { problemSchema } from '../../lambdas/api/schemas.ts';
import type { ProblemStatus } from '../../lambdas/core/problem.ts';
import type { Operation, Reply } from '../../lambdas/http/operation.ts';
import { answerHeaders, headerParameters } from './headers.ts';
import { createJsonSchemas } from './json-schemas.ts';
import { OPERATIONS } from './operations.ts';
import { COMMON_REASONS, problemExamples, problemsOf } from './problems.ts';
import { withSharedParameters } from './shared-parameters.ts';
import { TAGS } from './tags.ts';

const DESCRIPTION = `Posthorn accepts a platform’s events over HTTPS and delivers each one, signed, to every endpoint
that subscribes to it. It retries for up to 40 days, and keeps a record of every attempt.

The **operator’s** key may do everything. It names the tenant with \`Posthorn-Tenant\` and the environment with
\`Posthorn-Environment\`. A **tenant’s** key (\`ph_live_...\`, \`ph_test_...\`) may do what its scopes allow, in its
own tenant and environment. Other tenants’ resources look as if they did not exist.

Errors are problem details (RFC 9457) that list every fault with its path. Lists are \`{data, next}\`: send
\`next\` as \`cursor\` to get the next page. A known path with an unsupported method is answered with 405 and
\`Allow\`.`;

export function openApiDocument() {
  const { schemaOf, resolve } = createJsonSchemas();
  const paths: Record<string, Record<string, ReturnType<typeof operationObject>>> = {};
  for (const operation of OPERATIONS) {
    const methods = paths[operation.path] ?? {};
    paths[operation.path] = {
      ...methods,
      [operation.method]: operationObject(operation, schemaOf),
    };
  }
  const shared = withSharedParameters(paths);
  const refusals = Object.entries(COMMON_REASONS).map(([status, reason]) => {
    const code = Number(status) as ProblemStatus; // the record's keys are such
    return [`Problem${status}`, refusal(code, reason, schemaOf)];
  });
  return resolve({
    openapi: '3.1.0',
    info: {
      title: 'Posthorn',
      version: '0.1.0',
      description: DESCRIPTION.replaceAll(/([^\n])\n(?!\n)/g, '$1 '),
      contact: { name: 'The operator of this service' },
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: '/', description: 'The host that serves this document.' }],
    tags: TAGS.map(([name, description]) => ({ name, description })),
    paths: shared.paths,
    components: {
      parameters: shared.parameters,
      securitySchemes: {
        operatorKey: { type: 'http', scheme: 'bearer', description: 'The operator’s key.' },
        tenantKey: {
          type: 'http',
          scheme: 'bearer',
          description: 'A tenant’s key: `ph_live_...` or `ph_test_...`.',
        },
      },
      headers: {
        RequestId: {
          description: 'The request’s id, as in the logs.',
          schema: { type: 'string' },
          example: 'f6d4e8b4-afc0-448d-9631-63d84b74d0e4',
        },
      },
      examples: problemExamples(),
      responses: Object.fromEntries(refusals),
    },
  });
}

type SchemaOf = ReturnType<typeof createJsonSchemas>['schemaOf'];

function operationObject(operation: Operation, schemaOf: SchemaOf) {
  const { params, query, bodyExample } = operation;
  const body = operation.documentedBody ?? operation.body;
  const parameters = [
    ...(params ? parametersOf(params, 'path', schemaOf) : []),
    ...(query ? parametersOf(query, 'query', schemaOf) : []),
    ...headerParameters(operation),
  ];
  const schema = body && schemaOf(body, 'input');
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    description: [operation.description, accessNote(operation)].filter(Boolean).join('\n\n'),
    security: securityOf(operation),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(schema
      ? {
          requestBody: {
            content: { 'application/json': { schema, ...exampled(bodyExample) } },
            required: !operation.isBodyOptional,
          },
        }
      : {}),
    responses: {
      ...Object.fromEntries(
        Object.entries(operation.replies).map(([status, reply]) => [
          status,
          answer(reply, schemaOf),
        ]),
      ),
      ...Object.fromEntries(
        [...problemsOf(operation)].map(([status, reason]) => [
          status,
          reason === undefined
            ? { $ref: `#/components/responses/Problem${status}` }
            : refusal(status, reason, schemaOf),
        ]),
      ),
    },
  };
}

/** Optional parameters have it inside. */
function exampleIn(schema: z.ZodType): unknown {
  const inner = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  return z.globalRegistry.get(inner)?.example;
}

function parametersOf(shape: z.ZodObject, place: 'path' | 'query', schemaOf: SchemaOf) {
  return Object.entries(shape.shape).map(([name, schema]) => {
    const { description, ...rest } = schemaOf(schema, 'input');
    return {
      name,
      in: place,
      required: place === 'path' || !schema.safeParse(undefined).success,
      ...(description === undefined ? {} : { description }),
      schema: rest,
      ...exampled(exampleIn(schema)),
    };
  });
}

function accessNote({ access, ownScope }: Operation): string {
  if (access === 'open') return 'Needs no key.';
  if (ownScope) return `A tenant’s key needs the scope \`${ownScope}\`, and means its own.`;
  if (access === 'operator') return 'Only the operator may call this.';
  if (access === 'key') return 'Any valid key may call this, whatever its scopes.';
  return `A tenant’s key needs the scope \`${access}\`.`;
}

function securityOf({ access, ownScope }: Operation) {
  if (access === 'open') return [];
  return access === 'operator' && !ownScope
    ? [{ operatorKey: [] }]
    : [{ tenantKey: [] }, { operatorKey: [] }];
}

const exampled = (example: unknown) => (example === undefined ? {} : { example });

/** What an answer looks like: its own example, or that of its schema. */
export function exampleOf({ example, schema }: Reply): unknown {
  return example ?? schema?.meta()?.example;
}

function answer(reply: Reply, schemaOf: SchemaOf) {
  const { description, schema, contentType = 'application/json' } = reply;
  return {
    description,
    headers: answerHeaders(reply.headers),
    ...(schema
      ? {
          content: Object.fromEntries(
            [contentType]
              .flat()
              .map((type) => [
                type,
                type === 'text/csv'
                  ? { schema: { type: 'string' } }
                  : { schema: schemaOf(schema, 'output'), ...exampled(exampleOf(reply)) },
              ]),
          ),
        }
      : {}),
  };
}

/** What API Gateway answers by itself, where a limit of its own or a failed function is in the way. */
const gatewayAnswerSchema = z.strictObject({ message: z.string() }).meta({ id: 'GatewayAnswer' });
const OF_GATEWAY: readonly ProblemStatus[] = [413, 429, 500, 503];
const WITH_WAIT: readonly ProblemStatus[] = [429];
const MAY_WAIT: readonly ProblemStatus[] = [404, 409, 503];

function refusal(status: ProblemStatus, description: string, schemaOf: SchemaOf) {
  const wait = WITH_WAIT.includes(status) || MAY_WAIT.includes(status);
  const challenge = { 'WWW-Authenticate': 'The kind of key that is required.' };
  return {
    description,
    headers: answerHeaders({
      ...(wait ? { 'Retry-After': 'Seconds to wait before trying again.' } : {}),
      ...(status === 401 ? challenge : {}),
      ...(status === 412 ? { ETag: 'The current version.' } : {}),
    }),
    content: {
      'application/problem+json': {
        schema: schemaOf(problemSchema, 'output'),
        examples: { problem: { $ref: `#/components/examples/Problem${status}` } },
      },
      ...(OF_GATEWAY.includes(status)
        ? {
            'application/json': {
              schema: schemaOf(gatewayAnswerSchema, 'output'),
              example: { message: 'Too Many Requests' },
            },
          }
        : {}),
    },
  };
}

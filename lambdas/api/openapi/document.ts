// The OpenAPI 3.1 document, from the operations. Made when it is written down, never in a function:
// what a function serves is the file.
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Operation } from '../../http/operation.ts';
import { problemSchema } from '../schemas.ts';
import { OPERATIONS } from './operations.ts';

export function openApiDocument() {
  const app = new OpenAPIHono();
  app.openAPIRegistry.registerComponent('securitySchemes', 'key', {
    type: 'http',
    scheme: 'bearer',
    description: 'The operator’s key, or a tenant’s.',
  });
  for (const operation of OPERATIONS) app.openAPIRegistry.registerPath(pathItem(operation));
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Posthorn',
      version: '0.1.0',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: '/' }],
  });
}

type PathItem = Parameters<OpenAPIHono['openAPIRegistry']['registerPath']>[0];

function pathItem(operation: Operation): PathItem {
  const { replies } = operation;
  const body = operation.documentedBody ?? operation.body;
  return {
    operationId: operation.id,
    method: operation.method,
    path: operation.path,
    tags: [operation.tag],
    summary: operation.summary,
    ...(operation.description === undefined ? {} : { description: operation.description }),
    security: operation.access === 'open' ? [] : [{ key: [] }],
    request: {
      ...(operation.params ? { params: operation.params } : {}),
      ...(operation.query ? { query: operation.query } : {}),
      ...(body
        ? {
            body: {
              content: { 'application/json': { schema: body } },
              required: !operation.isBodyOptional,
            },
          }
        : {}),
    },
    responses: {
      ...Object.fromEntries(
        Object.entries(replies).map(([status, reply]) => [
          status,
          {
            description: reply.description,
            ...(reply.schema
              ? { content: { [reply.contentType ?? 'application/json']: { schema: reply.schema } } }
              : {}),
          },
        ]),
      ),
      default: {
        description: 'A problem.',
        content: { 'application/problem+json': { schema: problemSchema } },
      },
    },
  };
}

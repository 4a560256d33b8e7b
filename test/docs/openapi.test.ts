import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { Env } from '../../lambdas/environment.ts';
import { exampleOf, openApiDocument } from '../../scripts/openapi/document.ts';
import { OPERATIONS } from '../../scripts/openapi/operations.ts';
import { lintOpenApi } from '../../scripts/openapi/rules.ts';
import { TAGS } from '../../scripts/openapi/tags.ts';

const document = openApiDocument();

describe('docs/openapi.json', () => {
  it('is what the code gives: npm run openapi writes it', () => {
    const written = readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8');
    expect(written === `${JSON.stringify(document, null, 2)}\n`, 'run: npm run openapi').toBe(true);
  });

  it('has no finding by Redocly’s recommended rules', async () => {
    expect(await lintOpenApi(JSON.stringify(document))).toEqual([]);
  });
});

describe('the document and the routes', () => {
  const served = new Set<string>();
  beforeAll(async () => {
    for (const name of Object.values(Env)) {
      if (!name.startsWith('POSTHORN_')) vi.stubEnv(name, 'a-name');
    }
    vi.stubEnv('AWS_REGION', 'eu-central-1');
    const functions = await Promise.all([
      import('../../lambdas/api/handler.ts'),
      import('../../lambdas/ingest/handler.ts'),
    ]);
    for (const { app } of functions) {
      for (const { method, path } of app.routes) {
        if (method !== 'ALL') served.add(`${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
      }
    }
  });

  it('are the same', () => {
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(documented.toSorted()).toEqual([...served].toSorted());
    expect(documented.length).toBe(OPERATIONS.length);
  });
});

describe.each(OPERATIONS.map((operation) => [operation.id, operation] as const))(
  '%s',
  (_, operation) => {
    it('has a name, a summary and a chapter that is described', () => {
      expect(operation.summary).toMatch(/^[A-Z]/);
      expect(TAGS.map(([name]) => name)).toContain(operation.tag);
      expect(OPERATIONS.filter(({ id }) => id === operation.id)).toHaveLength(1);
    });

    it('has examples that fit: of its body and of each answer', () => {
      const { body, documentedBody } = operation;
      const schema = documentedBody ?? body;
      if (schema) expect(operation.bodyExample, 'a body without an example').toBeDefined();
      // A private key has no place among examples.
      if (schema && operation.id !== 'bringSigningKey') {
        expect(schema.safeParse(operation.bodyExample).error).toBeUndefined();
      }
      for (const reply of Object.values(operation.replies)) {
        if (!reply.schema) continue;
        expect(exampleOf(reply), 'an answer without an example').toBeDefined();
        expect(reply.schema.safeParse(exampleOf(reply)).error).toBeUndefined();
      }
    });
  },
);

it('every example in the document fits the JSON Schema beside it', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  ajv.addSchema({ $id: 'doc', components: document.components });
  const faults: string[] = [];
  const visit = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return;
    if ('schema' in node && 'example' in node) {
      const text = JSON.stringify(node.schema).replaceAll('"#/components', '"doc#/components');
      const validate = ajv.compile(JSON.parse(text));
      if (!validate(node.example)) faults.push(`${path}: ${ajv.errorsText(validate.errors)}`);
    }
    for (const [name, value] of Object.entries(node)) visit(value, `${path}/${name}`);
  };
  visit(document.paths, '');
  expect(faults).toEqual([]);
});

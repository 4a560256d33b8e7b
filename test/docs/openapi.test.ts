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

describe('generators of clients take the document:', () => {
  const nodes: (readonly [path: string, node: Record<string, unknown>])[] = [];
  const visit = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return;
    if (!Array.isArray(node)) nodes.push([path, Object(node)]);
    for (const [name, value] of Object.entries(node)) {
      if (name !== 'example' && name !== 'examples') visit(value, `${path}/${name}`);
    }
  };
  visit(document, '');
  const schemas: Readonly<Record<string, unknown>> = Object(document.components.schemas);

  it('a type is one, or one and null', () => {
    const types = nodes.flatMap(([path, { type }]) => (Array.isArray(type) ? [[path, type]] : []));
    expect(types.filter(([, type = []]) => type.length !== 2 || type[1] !== 'null')).toEqual([]);
    expect(types.length).toBeGreaterThan(0);
    const nothing = nodes.filter(([path, { type }]) => type === 'null' && !/Of\/\d+$/.test(path));
    expect(nothing).toEqual([]);
  });

  it('beside a reference there is at most a description', () => {
    const beside = nodes.flatMap(([path, { $ref, description, ...rest }]) =>
      typeof $ref === 'string' && Object.keys(rest).length > 0 ? [path] : [],
    );
    expect(beside).toEqual([]);
  });

  it('an object that is one of several kinds, or in a list of such, has a name', () => {
    const unions = nodes.flatMap(([path, { anyOf }]) =>
      (Array.isArray(anyOf) ? anyOf : []).some(({ type }) =>
        ['string', 'boolean'].includes(type),
      ) && (Array.isArray(anyOf) ? anyOf : []).some(({ properties }) => properties !== undefined)
        ? [path]
        : [],
    );
    expect(unions).toEqual([]);
  });

  it('no object without a name would get that of a component', () => {
    const clashes = Object.entries(schemas).flatMap(([parent, schema]) =>
      Object.entries(Object(schema).properties ?? {}).flatMap(([name, property]) => {
        const made = `${parent}${name.charAt(0).toUpperCase()}${name.slice(1)}`;
        const isObject = Object(property).type === 'object';
        return isObject && made in schemas ? [made] : [];
      }),
    );
    expect(clashes).toEqual([]);
  });

  it('names of components and operations differ by more than their case', () => {
    const { parameters, headers, responses } = document.components;
    const names = [schemas, parameters, headers, responses].flatMap((of) => Object.keys(of));
    const lower = [...names, ...OPERATIONS.map(({ id }) => id)].map((name) => name.toLowerCase());
    expect(lower.filter((name, at) => lower.indexOf(name) !== at)).toEqual([]);
  });

  it('a parameter of three operations is one component', () => {
    const inline = Object.values(document.paths).flatMap((methods) =>
      Object.values(methods).flatMap(({ parameters = [] }) =>
        parameters.filter((one) => !('$ref' in one)).map((one) => JSON.stringify(one)),
      ),
    );
    const repeated = inline.filter((one) => inline.filter((other) => other === one).length > 2);
    expect(repeated).toEqual([]);
    expect(Object.keys(document.components.parameters).toSorted()).toEqual([
      'Cursor',
      'DeliveryId',
      'EndpointId',
      'Granularity',
      'IdempotencyKey',
      'IfMatch',
      'Limit',
      'OfEndpoint',
      'PosthornEnvironment',
      'PosthornTenant',
      'ReplayId',
      'Since',
      'TemplateId',
      'TimeZone',
      'Type',
      'Until',
    ]);
  });
});

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

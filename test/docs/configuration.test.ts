// docs/configuration.md against the schema: a setting without a row, or with another default, fails here.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Env } from '../../lambdas/environment.ts';
import { configurationSchema } from '../../lib/configuration.ts';
import { readSettings } from '../../local/start/settings.ts';

const page = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');
const DEFAULT_COLUMN = 3;

/** The cells of each table row that begins with a name in code, by that name. */
const rows = new Map(
  page
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .flatMap(([, name = '', ...cells]): [string, string[]][] => {
      const plain = /^`([^`]+)`$/.exec(name)?.[1];
      return plain === undefined ? [] : [[plain, [plain, ...cells]]];
    }),
);

type Schema = z.core.JSONSchema._JSONSchema;
const whole = z.toJSONSchema(configurationSchema, { io: 'input' });
interface Setting {
  readonly name: string;
  /** As JSON; undefined if the schema has none. */
  readonly byDefault: string | undefined;
}

/** Every key below a schema by its dotted path; groups are named by what they hold. */
function settingsIn(given: Schema, path: string): Setting[] {
  const schema = resolved(given);
  if (typeof schema === 'boolean') return [];
  const within = Object.entries(schema.properties ?? {}).flatMap(([key, inner]) =>
    settingsIn(inner, path === '' ? key : `${path}.${key}`),
  );
  const branches = (schema.anyOf ?? []).flatMap((branch) => membersIn(branch, path));
  const { items } = schema;
  const ofItems = items === undefined || Array.isArray(items) ? [] : membersIn(items, `${path}[]`);
  if (schema.properties !== undefined) return within;
  const byDefault = schema.default === undefined ? undefined : JSON.stringify(schema.default);
  return [{ name: path, byDefault }, ...branches, ...ofItems];
}

/** Schemas with a name stand beside the others. */
function resolved(schema: Schema): Schema {
  const name = typeof schema === 'object' && /^#\/\$defs\/(.+)$/.exec(schema.$ref ?? '')?.[1];
  return (name && whole.$defs?.[name]) || schema;
}

/** What a schema holds, without an entry for itself. */
function membersIn(schema: Schema, path: string): Setting[] {
  return settingsIn(schema, path).filter(({ name }) => name !== path);
}

const settings = settingsIn(whole, '');

describe('docs/configuration.md', () => {
  it('is compared with settings on every level of the schema', () => {
    const names = settings.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['stackName', 'memoryMb.api', 'sources.wakes.batchSize']),
    );
    expect(names).toContain('retryPolicy.steps[].factor');
  });

  it.each(settings)('has a row for $name, with its default', ({ name, byDefault }) => {
    const row = rows.get(name);
    expect(row).toBeDefined();
    if (byDefault !== undefined) expect(row?.[DEFAULT_COLUMN]).toBe(`\`${byDefault}\``);
  });

  it('has no row for a setting that does not exist', () => {
    const known = new Set(settings.map(({ name }) => name));
    const groups = Object.keys(configurationSchema.shape);
    const unknown = [...rows.keys()].filter(
      (name) => groups.includes(name.split(/[.[]/)[0] ?? '') && !known.has(name),
    );
    expect(unknown).toEqual([]);
  });

  it.each(Object.values(Env))('names the variable %s', (name) => {
    expect(page).toContain(`\`${name}\``);
  });

  it('names every variable that npm start reads', () => {
    const read = new Set<string>();
    const environment = new Proxy<NodeJS.ProcessEnv>(
      {},
      {
        get: (_, name) => {
          read.add(String(name));
          return undefined;
        },
      },
    );
    readSettings(environment, 'folder');
    expect(read.size).toBeGreaterThan(5);
    for (const name of read) expect([...rows.keys()]).toContain(name);
  });
});

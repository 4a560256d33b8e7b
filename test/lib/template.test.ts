// Compares the template with the recorded one: a changed logical id or name replaces a resource, data included. After an
// intended change, `npx vitest run test/lib/template.test.ts -u` records the template again; commit both together.
import { expect, it } from 'vitest';
import { resourcesOf, templateOf } from '../builders/stack.ts';
import { EVERY_SETTING } from './variants.ts';

/** Sorts keys, and leaves out what depends on the functions' code. */
function comparable(key: string, value: unknown): unknown {
  if (key === 'S3Key') return '<hash of the code>';
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

const recordable = (value: unknown) => `${JSON.stringify(value, comparable, 2)}\n`;

it('the template is the one recorded', async () => {
  const template = recordable(templateOf().toJSON());
  await expect(template).toMatchFileSnapshot('recorded/template.json');
});

it('with every setting, resources and outputs have the names recorded', async () => {
  const template = templateOf(EVERY_SETTING);
  const named = resourcesOf(template).map(({ id, Type, Properties = {} }) => {
    const names = ['Name', 'PolicyName'].flatMap((property) => Properties[property] ?? []);
    return [id, [Type, ...names].join(' ')];
  });
  const names = {
    resources: Object.fromEntries(named),
    outputs: Object.keys(template.toJSON().Outputs).sort(),
  };
  await expect(recordable(names)).toMatchFileSnapshot('recorded/names.json');
});

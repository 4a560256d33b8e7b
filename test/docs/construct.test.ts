// docs/construct.md against the schema of the props and the members of the construct.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { propsSchema } from '../../lib/configuration.ts';
import { Posthorn } from '../../lib/posthorn.ts';

const page = readFileSync(new URL('../../docs/construct.md', import.meta.url), 'utf8');

/** The names in code that begin the rows of a section's first table. */
function namesUnder(heading: string): string[] {
  const section = page.split(`\n## ${heading}\n`)[1] ?? '';
  const [table = ''] = /(?:^\|.*\n)+/m.exec(section) ?? [];
  const firstCells = table.split('\n').map((row) => row.split('|')[1] ?? '');
  return firstCells.flatMap((cell) => [...cell.matchAll(/`(\w+)/g)].map(([, name]) => `${name}`));
}

it('has a row for each prop, and no other', () => {
  expect(namesUnder('Props').sort()).toEqual(Object.keys(propsSchema.shape).sort());
});

it('has a row for each method and accessor, and each property that the construct declares', () => {
  const members = Object.getOwnPropertyNames(Posthorn.prototype).filter(
    (name) => name !== 'constructor',
  );
  const properties = ['apiUrl', 'operatorKey', 'instanceName'];
  expect(namesUnder('What it offers').sort()).toEqual([...members, ...properties].sort());
});

it('names the versions of the peers that the package asks for', () => {
  const root = new URL('../../package.json', import.meta.url);
  const { devDependencies } = JSON.parse(readFileSync(root, 'utf8'));
  for (const peer of ['aws-cdk-lib', 'constructs']) {
    expect(page.replaceAll(/\s+/g, ' ')).toContain(`\`${peer}\` from ${devDependencies[peer]}`);
  }
});

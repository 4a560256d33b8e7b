// Writes docs/licences.md: the licence of every package that production code may load.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { productionPackages } from './production-packages.ts';

/** Permissive ones: they ask for their notice, and nothing of the code around them. */
export const ALLOWED_LICENCES = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
];

export function licencesPage(): string {
  const rows = productionPackages().map(
    ({ name, version, licence }) => `| ${name} | ${version} | ${licence} |`,
  );
  return `# Licences

What the functions may hold, by the lockfile. Posthorn itself is [Apache-2.0](../LICENSE). Allowed are
${ALLOWED_LICENCES.join(', ')}; another one fails a test. Written by \`npm run licences\`.

| package | version | licence |
| --- | --- | --- |
${rows.join('\n')}
`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(new URL('../docs/licences.md', import.meta.url), licencesPage());
  console.log('docs/licences.md');
}

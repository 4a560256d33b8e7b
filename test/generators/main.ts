// Makes clients of docs/openapi.json by generators that others wrote, compiles them, and uses them against the
// embedded runtime: npm run test:generators. A language that is missing is skipped with a line; where CI is true, that
// is a failure.
import { join } from 'node:path';
import { newTenant } from '../acceptance/client.ts';
import { startEmbedded } from '../acceptance/embedded-target.ts';
import type { Generator } from './generator.ts';
import { go } from './go.ts';
import { python } from './python.ts';

const DOCUMENT = join(import.meta.dirname, '../../docs/openapi.json');
const all: readonly Generator[] = [python, go];
const present = all.filter((generator) => {
  const missing = generator.missing();
  if (missing === undefined) return true;
  console.log(`posthorn: ${generator.name} is skipped, since there is no ${missing}`);
  if (process.env.CI === 'true') process.exitCode = 1;
  return false;
});
for (const generator of present) generator.generate(DOCUMENT);
if (present.length > 0) {
  const target = await startEmbedded();
  try {
    for (const generator of present) {
      const tenant = await newTenant(target);
      generator.use({
        POSTHORN_URL: target.url,
        POSTHORN_KEY: target.operatorKey,
        POSTHORN_TENANT: tenant.id,
      });
      console.log(`posthorn: the client by ${generator.name} compiles and works`);
    }
  } finally {
    await target.remove();
  }
}
console.log(`${present.length} generators passed, ${all.length - present.length} skipped`);

// Fuzzes the API as `npm start` runs it, by its own OpenAPI document: npm run test:fuzz [-- --examples 50
// --seed 2 --pass operator]; what follows a second `--` goes to schemathesis.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { newTenant } from '../acceptance/client.ts';
import { startEmbedded } from '../acceptance/embedded-target.ts';
import { parametersIn } from '../builders/openapi-parameters.ts';
import { fuzz, install, NoPythonError } from './schemathesis.ts';

const { values, positionals } = parseArgs({
  options: {
    examples: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    pass: { type: 'string' },
  },
  allowPositionals: true,
});

try {
  install();
} catch (error) {
  if (!(error instanceof NoPythonError)) throw error;
  console.error(`posthorn: ${error.message}`);
  process.exit(1);
}

const folder = join(import.meta.dirname, '../../build/fuzz');
mkdirSync(folder, { recursive: true });
for (const name of ['operator', 'tenant'] as const) {
  if (values.pass !== undefined && values.pass !== name) continue;
  console.log(`\nwith the ${name}’s key`);
  if (!(await isClean(name))) process.exitCode = 1;
}

/** A service of its own for each pass: the operator's revokes keys and erases tenants, the other's too. */
async function isClean(pass: 'operator' | 'tenant'): Promise<boolean> {
  // Strict but for where endpoints may lead: to this machine, and nowhere else.
  const target = await startEmbedded({
    POSTHORN_ALLOW_HTTP: 'false',
    POSTHORN_ALLOWED_PORTS: '443,8443',
  });
  try {
    const tenant = await newTenant(target, 'live', 'fuzz');
    const isTenants = pass === 'tenant';
    const served = await (await fetch(`${target.url}/openapi.json`)).text();
    const document = join(folder, `${pass}.json`);
    writeFileSync(document, isTenants ? withoutOperatorHeaders(served) : served);
    return await fuzz({
      url: target.url,
      document,
      headers: isTenants
        ? { Authorization: `Bearer ${tenant.key}` }
        : { Authorization: `Bearer ${target.operatorKey}`, 'Posthorn-Tenant': tenant.id },
      examples: Number(values.examples),
      seed: Number(values.seed),
      // A tenant’s key that it finds in its list of keys may be its own.
      more: [...(isTenants ? ['--exclude-operation-id', 'revokeKey'] : []), ...positionals],
    });
  } finally {
    await target.remove();
  }
}

/** A tenant's key says whose it is, so its requests do not: with these headers all would be refused. */
function withoutOperatorHeaders(text: string): string {
  const document = JSON.parse(text);
  for (const methods of Object.values<Record<string, object & { parameters?: object[] }>>(
    document.paths,
  )) {
    for (const operation of Object.values(methods)) {
      operation.parameters = parametersIn(document, operation).filter(
        ({ name }) => name !== 'Posthorn-Tenant' && name !== 'Posthorn-Environment',
      );
    }
  }
  return JSON.stringify(document);
}

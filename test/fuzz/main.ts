// Fuzzes the API as `npm start` runs it, by its own OpenAPI document: npm run test:fuzz [-- --examples 50
// --seed 2 --pass operator]; what follows a second `--` goes to schemathesis.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { newTenant } from '../acceptance/client.ts';
import { startEmbedded } from '../acceptance/embedded-target.ts';
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

// Strict but for where endpoints may lead: to this machine, and nowhere else.
const target = await startEmbedded({
  POSTHORN_ALLOW_HTTP: 'false',
  POSTHORN_ALLOWED_PORTS: '443,8443',
});
try {
  const tenant = await newTenant(target, 'live', 'fuzz');
  // The operator's pass revokes keys: the other tenant's stays good.
  const other = await newTenant(target, 'live', 'fuzz-tenant');
  const passes = {
    operator: { Authorization: `Bearer ${target.operatorKey}`, 'Posthorn-Tenant': tenant.id },
    tenant: { Authorization: `Bearer ${other.key}` },
  };
  const folder = join(import.meta.dirname, '../../build/fuzz');
  mkdirSync(folder, { recursive: true });
  for (const [name, headers] of Object.entries(passes)) {
    if (values.pass !== undefined && values.pass !== name) continue;
    const document = join(folder, `${name}.json`);
    const served = await (await fetch(`${target.url}/openapi.json`)).text();
    writeFileSync(document, name === 'tenant' ? withoutOperatorHeaders(served) : served);
    console.log(`\nwith the ${name}’s key`);
    const isClean = await fuzz({
      url: target.url,
      document,
      headers,
      examples: Number(values.examples),
      seed: Number(values.seed),
      // A tenant’s key that it finds in its list of keys may be its own.
      more: [...(name === 'tenant' ? ['--exclude-operation-id', 'revokeKey'] : []), ...positionals],
    });
    if (!isClean) process.exitCode = 1;
  }
} finally {
  await target.remove();
}

/** A tenant's key says whose it is, so its requests do not: with these headers all would be refused. */
function withoutOperatorHeaders(text: string): string {
  const document = JSON.parse(text);
  for (const methods of Object.values<Record<string, { parameters?: { name: string }[] }>>(
    document.paths,
  )) {
    for (const operation of Object.values(methods)) {
      operation.parameters = (operation.parameters ?? []).filter(
        ({ name }) => name !== 'Posthorn-Tenant' && name !== 'Posthorn-Environment',
      );
    }
  }
  return JSON.stringify(document);
}

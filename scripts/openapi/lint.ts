// Lints the OpenAPI document by Redocly's recommended rules: node scripts/openapi/lint.ts
import { openApiDocument } from './document.ts';
import { lintOpenApi } from './rules.ts';

const findings = await lintOpenApi(JSON.stringify(openApiDocument(), null, 2));
for (const finding of findings) console.error(finding);
console.log(`docs/openapi.json: ${findings.length} findings`);
if (findings.length > 0) process.exitCode = 1;

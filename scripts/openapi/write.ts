// Writes docs/openapi.json from the operations as the code declares them: node scripts/openapi/write.ts
import { writeFileSync } from 'node:fs';
import { openApiDocument } from './document.ts';

const path = new URL('../../docs/openapi.json', import.meta.url);
writeFileSync(path, `${JSON.stringify(openApiDocument(), null, 2)}\n`);

// The OpenAPI document and its viewer, compressed, beside the api function's bundle.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

const own = import.meta.dirname;

/** @param target the folder of the bundle */
export function copyViewer(target: string): void {
  const swaggerUi = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  const document = readFileSync(join(own, '../../docs/openapi.json'), 'utf8');
  const files = new Map<string, Buffer>([
    ['openapi.json', Buffer.from(JSON.stringify(JSON.parse(document)))],
    ...['index.html', 'start.js'].map((name) => [name, readFileSync(join(own, name))] as const),
    ...['swagger-ui-bundle.js', 'swagger-ui.css', 'favicon-32x32.png'].map(
      (name) => [name, readFileSync(join(swaggerUi, name))] as const,
    ),
  ]);
  const folder = join(target, 'viewer');
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of files) {
    const params = { [constants.BROTLI_PARAM_QUALITY]: 9 };
    writeFileSync(join(folder, `${name}.br`), brotliCompressSync(content, { params }));
  }
}

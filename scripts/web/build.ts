// Writes the console and the portal into build/web/, as a browser gets them: node scripts/web/build.ts
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { webFiles } from '../../lib/web-app/build.ts';

const target = join(import.meta.dirname, '../../build/web');
for (const { path, file, content, kind } of await webFiles()) {
  const place = join(target, kind === 'page' ? file : path);
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, content);
  console.log(
    `${path}: ${content.length} bytes, ${gzipSync(content, { level: 9 }).length} gzipped`,
  );
}

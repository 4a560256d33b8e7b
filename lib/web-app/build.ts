// Builds the console and the portal: one script for each, one style sheet, the custom element that embeds the portal,
// and the two pages that load them. All but pages and element have names with a hash of their content.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { type BuildOptions, build } from 'esbuild';

const web = join(import.meta.dirname, '../../web');

const OPTIONS = {
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: ['chrome120', 'firefox121', 'safari17.4'],
  minify: true,
  charset: 'utf8',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'none',
  logLevel: 'warning',
  write: false,
} satisfies BuildOptions;

export interface WebFile {
  /** Where a browser asks for it. */
  readonly path: string;
  /** Its name in the folder. */
  readonly file: string;
  readonly type: string;
  readonly kind: 'page' | 'hashed' | 'embedded';
  readonly content: Uint8Array;
}

const PAGES = [
  { path: '/console', title: 'Posthorn', entry: 'src/main.tsx' },
  { path: '/portal', title: 'Webhooks', entry: 'src/portal.tsx' },
] as const;
const ELEMENT = { path: '/portal/element.js', entry: 'element/posthorn-portal.ts' } as const;

/** Everything that a browser may ask for, each once. */
export async function webFiles(): Promise<WebFile[]> {
  const style = await hashed('src/posthorn.css', 'css', 'text/css; charset=utf-8');
  const pages = await Promise.all(
    PAGES.map(async ({ path, title, entry }) => {
      const script = await hashed(entry, 'js', 'text/javascript; charset=utf-8');
      const page = pageOf(title, script.path, style.path);
      return [
        script,
        {
          path,
          file: `${path.slice(1)}.html`,
          type: 'text/html; charset=utf-8',
          kind: 'page' as const,
          content: Buffer.from(page),
        },
      ];
    }),
  );
  const element = {
    path: ELEMENT.path,
    file: 'element.js',
    type: 'text/javascript; charset=utf-8',
    kind: 'embedded' as const,
    content: await bundled(ELEMENT.entry),
  };
  return [style, ...pages.flat(), element];
}

/** Compressed, beside a manifest that the function reads. @param folder the function's */
export async function writeWeb(folder: string): Promise<void> {
  const files = await webFiles();
  mkdirSync(folder, { recursive: true });
  for (const { file, content } of files) {
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11 };
    writeFileSync(join(folder, `${file}.br`), brotliCompressSync(content, { params }));
  }
  const manifest = Object.fromEntries(
    files.map(({ path, file, type, kind }) => [path, { file, type, kind }]),
  );
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
}

async function bundled(entry: string): Promise<Uint8Array> {
  const { outputFiles } = await build({ ...OPTIONS, entryPoints: [join(web, entry)] });
  const [only, ...others] = outputFiles;
  if (!only || others.length > 0) throw new Error(`${entry} must be bundled to one file`);
  return only.contents;
}

async function hashed(entry: string, extension: string, type: string): Promise<WebFile> {
  const content = await bundled(entry);
  const hash = createHash('sha256').update(content).digest('base64url').slice(0, 12);
  const file = `${basename(entry).replace(/\.\w+$/, '')}-${hash}.${extension}`;
  return { path: `/console/assets/${file}`, file, type, kind: 'hashed', content };
}

/** No script, no style and no picture is written into it. */
function pageOf(title: string, script: string, style: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${style}">
<script type="module" src="${script}"></script>
</head>
<body>
<div id="app"></div>
<noscript>This page needs JavaScript.</noscript>
</body>
</html>
`;
}

// Builds the console and the portal: a script and a style sheet for each, the custom element that embeds the portal, and
// the two pages that load them. All but pages and element have names with a hash of their content. What only the console
// shows is left out of the portal's script by the constant IS_PORTAL.
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';
import { type BuildOptions, build } from 'esbuild';
import { minify } from 'rolldown/utils';

const web = join(import.meta.dirname, '../../web');

const OPTIONS = {
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: ['chrome120', 'firefox121', 'safari17.4'],
  minify: true,
  charset: 'utf8',
  // Calls that take children as arguments: the automatic runtime's objects are longer.
  tsconfigRaw: {
    compilerOptions: { jsx: 'react', jsxFactory: 'h', jsxFragmentFactory: 'Fragment' },
  },
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
  { path: '/console', title: 'Posthorn', entry: 'src/main.tsx', sheet: 'src/console.css' },
  { path: '/portal', title: 'Webhooks', entry: 'src/portal.tsx', sheet: 'src/posthorn.css' },
] as const;
const ELEMENT = { path: '/portal/element.js', entry: 'element/posthorn-portal.ts' } as const;

/** Everything that a browser may ask for, each once. */
export async function webFiles(): Promise<WebFile[]> {
  const pages = await Promise.all(
    PAGES.map(async ({ path, title, entry, sheet }) => {
      const define = { IS_PORTAL: String(path === '/portal') };
      const script = await hashed(entry, 'js', 'text/javascript; charset=utf-8', define);
      const style = await hashed(sheet, 'css', 'text/css; charset=utf-8');
      const page = pageOf(title, script.path, style.path);
      return [
        script,
        style,
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
  return [...pages.flat(), element];
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

async function bundled(entry: string, define: BuildOptions['define'] = {}): Promise<Uint8Array> {
  const { outputFiles } = await build({
    ...OPTIONS,
    define,
    entryPoints: [join(web, entry)],
    ...(entry.endsWith('.tsx') && { inject: [join(web, 'src/base/elements.ts')] }),
  });
  const [only, ...others] = outputFiles;
  if (!only || others.length > 0) throw new Error(`${entry} must be bundled to one file`);
  if (entry.endsWith('.css')) return only.contents;
  // Names by how often they are used, in one file, make it smaller than a bundler's own do.
  const { code, errors } = await minify(entry, only.text, { module: true });
  if (errors.length > 0)
    throw new Error(`${entry}: ${errors.map(({ message }) => message).join()}`);
  return Buffer.from(code);
}

async function hashed(
  entry: string,
  extension: string,
  type: string,
  define: BuildOptions['define'] = {},
): Promise<WebFile> {
  const content = await bundled(entry, define);
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

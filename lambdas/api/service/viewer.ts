// GET /openapi.json, /docs and /docs/{file}: the OpenAPI document and its viewer, from compressed
// files beside the function's bundle (lib/viewer/copy.ts puts them there), read when they are requested.
import { readFile } from 'node:fs/promises';
import { brotliDecompressSync } from 'node:zlib';
import * as z from 'zod';
import { Problem } from '../../core/problem.ts';
import type { AppContext } from '../../http/authentication.ts';
import { operation, type Serve } from '../../http/operation.ts';

const CONTENT_TYPES: ReadonlyMap<string, string> = new Map([
  ['index.html', 'text/html; charset=utf-8'],
  ['start.js', 'text/javascript; charset=utf-8'],
  ['swagger-ui-bundle.js', 'text/javascript; charset=utf-8'],
  ['swagger-ui.css', 'text/css; charset=utf-8'],
  ['favicon-32x32.png', 'image/png'],
]);
const CACHED = { 'Cache-Control': 'public, max-age=300', Vary: 'Accept-Encoding' };
/** Everything from here, and nothing written into the page; the viewer's style sheet holds its pictures. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
const cacheHeader = { 'Cache-Control': 'How long the answer may be cached.' };

export const getOpenApi = operation({
  id: 'getOpenApi',
  method: 'get',
  path: '/openapi.json',
  tag: 'Service',
  summary: 'The OpenAPI document',
  access: 'open',
  session: 'all',
  replies: {
    200: {
      description: 'This document, in OpenAPI 3.1.',
      schema: z.looseObject({ openapi: z.string() }),
      headers: cacheHeader,
      example: { openapi: '3.1.0' },
    },
  },
});
export const getDocs = operation({
  id: 'getDocs',
  method: 'get',
  path: '/docs',
  tag: 'Service',
  summary: 'The API reference as a web page',
  access: 'open',
  session: 'all',
  replies: {
    200: {
      description: 'A page of Swagger UI.',
      schema: z.string(),
      contentType: 'text/html',
      headers: cacheHeader,
      example: '<!doctype html>',
    },
  },
});
export const getDocsFile = operation({
  id: 'getDocsFile',
  method: 'get',
  path: '/docs/{file}',
  tag: 'Service',
  summary: 'A file of the API reference',
  access: 'open',
  session: 'all',
  params: z.strictObject({ file: z.string().meta({ example: 'swagger-ui.css' }) }),
  replies: {
    200: {
      description: 'A script, a style sheet or a picture.',
      schema: z.string(),
      contentType: ['text/javascript', 'text/css', 'text/html', 'image/png'],
      headers: cacheHeader,
      example: '/* ... */',
    },
  },
  problems: { 404: 'There is no such file.' },
});

/** @param folder where the files are; it ends with a slash */
export function addViewerRoutes(serve: Serve, folder: URL): void {
  async function file(c: AppContext, name: string, contentType: string): Promise<Response> {
    const packed = await readFile(new URL(`${name}.br`, folder));
    const takesBrotli = /(^|[ ,])br(?! *; *q=0(\.0+)?( |,|$))/.test(
      c.req.header('Accept-Encoding') ?? '',
    );
    const headers = {
      ...CACHED,
      'Content-Type': contentType,
      'Content-Security-Policy': CONTENT_SECURITY_POLICY,
      'Referrer-Policy': 'no-referrer',
    };
    return takesBrotli
      ? c.body(new Uint8Array(packed), 200, { ...headers, 'Content-Encoding': 'br' })
      : c.body(new Uint8Array(brotliDecompressSync(packed)), 200, headers);
  }

  serve(getOpenApi, ({ c }) => file(c, 'openapi.json', 'application/json'));
  serve(getDocs, ({ c }) => file(c, 'index.html', 'text/html; charset=utf-8'));
  serve(getDocsFile, ({ c, params }) => {
    const contentType = CONTENT_TYPES.get(params.file);
    if (contentType === undefined) throw new Problem(404, 'There is no such file.');
    return file(c, params.file, contentType);
  });
}

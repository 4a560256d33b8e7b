// The console and the portal as files: two pages, and what they load by names that hold a hash. Everybody may read
// them; what they show comes from the API, with a session.
import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';

export interface SiteRequest {
  readonly method: string;
  readonly path: string;
  readonly acceptEncoding: string;
  /** Whether it came by TLS: the embedded runtime speaks plain HTTP. */
  readonly isSecure: boolean;
}

export interface SiteAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** By the path that it is asked for: the file beside the bundle, its type, and how long it stays good. */
export type Manifest = Readonly<Record<string, ManifestEntry>>;

interface ManifestEntry {
  readonly file: string;
  readonly type: string;
  /** `page`: never kept. `hashed`: never changes. `embedded`: what other pages load, by a name that stays. */
  readonly kind: 'page' | 'hashed' | 'embedded';
}

const CACHE: Readonly<Record<ManifestEntry['kind'], string>> = {
  page: 'no-store',
  hashed: 'public, max-age=31536000, immutable',
  embedded: 'public, max-age=300',
};
/** Only the portal is ever framed. */
const FRAMED = '/portal';

const TAKES_BROTLI = /(^|[ ,])br(?! *; *q=0(\.0+)?( |,|$))/;

function policyOf(ancestors: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${ancestors.length === 0 ? "'none'" : ancestors.join(' ')}`,
  ].join('; ');
}

/**
 * @param folder where the files are, each compressed; it ends with a slash
 * @param origins whose pages may frame the portal
 */
export function createSite(folder: URL, manifest: Manifest, origins: readonly string[]) {
  return ({ method, path, acceptEncoding, isSecure }: SiteRequest): SiteAnswer => {
    const name = path.replace(/\/$/, '');
    const entry = Object.hasOwn(manifest, name) ? manifest[name] : undefined;
    const ancestors = name === FRAMED ? origins : [];
    const headers = {
      'Content-Security-Policy': policyOf(ancestors),
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      'Cross-Origin-Opener-Policy': 'same-origin',
      ...(ancestors.length === 0 ? { 'X-Frame-Options': 'DENY' } : {}),
      ...(isSecure ? { 'Strict-Transport-Security': 'max-age=31536000' } : {}),
    };
    if (method !== 'GET' && method !== 'HEAD') {
      return plain(405, { ...headers, Allow: 'GET, HEAD' }, 'This page can only be read.');
    }
    if (!entry) return plain(404, headers, 'There is no such page.');
    const packed = readFileSync(new URL(`${entry.file}.br`, folder));
    const isPacked = TAKES_BROTLI.test(acceptEncoding);
    return {
      statusCode: 200,
      headers: {
        ...headers,
        'Content-Type': entry.type,
        'Cache-Control': CACHE[entry.kind],
        Vary: 'Accept-Encoding',
        ...(isPacked ? { 'Content-Encoding': 'br' } : {}),
        // Modules of another origin are loaded with CORS; there is nothing in it that is not for everybody.
        ...(entry.kind === 'embedded' ? { 'Access-Control-Allow-Origin': '*' } : {}),
      },
      body: isPacked ? packed : brotliDecompressSync(packed),
    };
  };
}

function plain(statusCode: number, headers: SiteAnswer['headers'], text: string): SiteAnswer {
  const own = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' };
  return { statusCode, headers: { ...headers, ...own }, body: Buffer.from(`${text}\n`) };
}

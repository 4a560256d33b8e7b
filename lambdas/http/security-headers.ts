// Headers that every answer has, whatever it says; what a route sets itself stays.
import type { AppContext } from './authentication.ts';

const ONE_YEAR_SECONDS = 31_536_000;
/** An answer that is not a page loads nothing, and is never framed. */
const POLICY_OF_DATA = "default-src 'none'; frame-ancestors 'none'";
/** A page of ours brings its scripts with it, as files; styles may be inline. */
const POLICY_OF_PAGES =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

export function setSecurityHeaders(c: AppContext): void {
  const { headers } = c.res;
  const isPage = headers.get('Content-Type')?.startsWith('text/html') === true;
  setUnlessSet('Content-Security-Policy', isPage ? POLICY_OF_PAGES : POLICY_OF_DATA);
  setUnlessSet('Cache-Control', 'no-store');
  setUnlessSet('X-Content-Type-Options', 'nosniff');
  setUnlessSet('X-Frame-Options', 'DENY');
  setUnlessSet('Referrer-Policy', 'no-referrer');
  // API Gateway says how the request came; the embedded runtime speaks plain HTTP.
  if (c.req.header('X-Forwarded-Proto') === 'https') {
    setUnlessSet('Strict-Transport-Security', `max-age=${ONE_YEAR_SECONDS}`);
  }

  function setUnlessSet(name: string, value: string): void {
    // Not by the context's methods, which make a new Response, with a stream, for each header.
    if (!headers.has(name)) headers.set(name, value);
  }
}

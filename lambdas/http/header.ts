// A request's header, also an empty one. Hono's adapter leaves those out, and to take an empty
// `Idempotency-Key`, `If-Match` or `Posthorn-Environment` for none would do what nobody asked for.
import type { AppContext } from './authentication.ts';

export function headerOf(c: AppContext, name: string): string | undefined {
  return c.req.header(name) ?? c.env?.event?.headers?.[name.toLowerCase()];
}

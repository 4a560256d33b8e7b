import type { Endpoint } from '../endpoints/endpoint.ts';
import type { Template } from './template.ts';

/**
 * When what an endpoint does last became another by its settings or by its template's, Unix milliseconds; undefined if it
 * never did, as far as is known.
 */
export function lastChangeMs(
  { changedAtMs = 0, createdAtMs }: Pick<Endpoint, 'changedAtMs' | 'createdAtMs'>,
  template: Pick<Template, 'updatedAtMs'> | undefined,
): number | undefined {
  const updatedAtMs = template?.updatedAtMs ?? 0;
  const inheritedAtMs = updatedAtMs > createdAtMs ? updatedAtMs : 0;
  return Math.max(changedAtMs, inheritedAtMs) || undefined;
}

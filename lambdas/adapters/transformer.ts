// An event as its delivery’s version of a transformation makes it.
import type { Endpoint } from '../core/endpoints/endpoint.ts';
import type { Event } from '../core/events/event.ts';
import { Recent } from '../core/recent.ts';
import type { TransformVersions } from '../core/transforms/transform.ts';

interface Untransformed {
  /** May be shown to a tenant. */
  readonly reason: string;
}

export type Transformer = (
  endpoint: Endpoint,
  version: string,
  event: Event,
) => Promise<Event | Untransformed>;

/** Earlier versions never change. */
const MAX_KEPT = 1_000;

export function createTransformer(registry: Pick<TransformVersions, 'findTransform'>): Transformer {
  const earlier = new Recent<string>({ maxEntries: MAX_KEPT, keptMs: Number.POSITIVE_INFINITY });

  async function sourceOf(endpoint: Endpoint, version: string): Promise<string | undefined> {
    if (endpoint.transform?.version === version) return endpoint.transform.source;
    const key = `${endpoint.environment}#${endpoint.tenant}#${version}`;
    const kept = earlier.get(key, 0);
    if (kept !== undefined) return kept;
    const found = await registry.findTransform(endpoint, version);
    if (found) earlier.set(key, found.source, 0);
    return found?.source;
  }

  return async (endpoint, version, event) => {
    const source = await sourceOf(endpoint, version);
    if (source === undefined) return { reason: 'Its version of the transformation is gone.' };
    const { transformData } = await import('#on-demand/transforms');
    const result = transformData(source, event);
    if (result.kind === 'failed') return { reason: `The transformation failed: ${result.reason}.` };
    return { ...event, data: result.data };
  };
}

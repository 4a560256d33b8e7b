// An event as its delivery’s version of a transformation makes it.
import { setImmediate, setTimeout } from 'node:timers/promises';
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

/** What takes long leaves most of the time to others. */
const restAfter = (heldMs: number): Promise<unknown> =>
  heldMs < 1 ? setImmediate() : setTimeout(REST_FACTOR * heldMs);
const REST_FACTOR = 3;

/** Earlier versions never change. */
const MAX_KEPT = 1_000;
const MAX_TENANTS = 1_000;

/** Of one tenant: its transformations run one after the other, so that a batch of them is not one long one. */
interface Line {
  turn: Promise<unknown>;
  heldMs: number;
}

/** @param pause lets others go on, before each transformation, by how long the tenant’s one before held everything up */
export function createTransformer(
  registry: Pick<TransformVersions, 'findTransform'>,
  pause: (heldMs: number) => Promise<unknown> = restAfter,
): Transformer {
  const lines = new Recent<Line>({ maxEntries: MAX_TENANTS });
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

  function lineOf({ tenant }: Endpoint): Line {
    const line = lines.latest(tenant) ?? { turn: Promise.resolve(), heldMs: 0 };
    lines.set(tenant, line, 0);
    return line;
  }

  return async (endpoint, version, event) => {
    const source = await sourceOf(endpoint, version);
    if (source === undefined) return { reason: 'Its version of the transformation is gone.' };
    const { transformData } = await import('#on-demand/transforms');
    const line = lineOf(endpoint);
    line.turn = line.turn.then(() => pause(line.heldMs));
    await line.turn;
    const startedMs = performance.now();
    const result = transformData(source, event);
    line.heldMs = performance.now() - startedMs;
    if (result.kind === 'failed') return { reason: `The transformation failed: ${result.reason}.` };
    // What the endpoint’s owner wrote is not the operator’s word, and not signed as such.
    return { ...event, data: result.data, postedBy: 'tenant' };
  };
}

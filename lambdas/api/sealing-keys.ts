// /v1/sealing-keys: which versions of the key there are, and the walk that seals everything under the current
// one. The key itself is changed in Secrets Manager, and never passes through here.
import { z } from 'zod';
import { expiryOf } from '../adapters/ledger-events.ts';
import type { Secrets, Surroundings } from '../core/ports.ts';
import { newWalk, type Walk, type WalkPorts, walkOn, walkSchema } from '../core/reseal-walk.ts';
import { SECRET_KEPT_MS } from '../core/sealing-secret.ts';
import type { Settings } from '../core/settings.ts';
import type { Application } from '../http/application.ts';
import { type Authentication, requireOperator } from '../http/authentication.ts';
import { parseBodyOrNothing } from '../http/body.ts';

/** One call works for so long. */
const SLICE_MS = 15_000;
/** For invocations that began with the key that they knew. */
const INVOCATION_MS = 60_000;

const resealSchema = z.strictObject({
  cursor: z
    .string()
    .transform((cursor, context): Walk => {
      const parsed = walkSchema.safeParse(jsonIn(cursor));
      if (parsed.success) return parsed.data;
      context.addIssue({ code: 'custom', message: 'is not a cursor of this route' });
      return z.NEVER;
    })
    .optional(),
});

export interface SealingKeyPorts extends WalkPorts {
  readonly secrets: Pick<Secrets, 'freshSealingKey'>;
  readonly surroundings: Surroundings;
  readonly settings: Settings;
}

export function addSealingKeyRoutes(
  app: Application,
  { authenticate }: Authentication,
  ports: SealingKeyPorts,
): void {
  const { secrets, surroundings } = ports;

  app.get('/v1/sealing-keys', authenticate, async (c) => {
    requireOperator(c);
    const { keys, changedAtMs } = await secrets.freshSealingKey();
    return c.json({
      current: keys.current,
      versions: [...keys.keys.keys()].sort((a, b) => a - b),
      changedAt: new Date(changedAtMs).toISOString(),
      settledAt: new Date(settledAtMs(changedAtMs)).toISOString(),
      eventDataUntil: eventDataUntil(ports.settings, changedAtMs),
    });
  });

  app.post('/v1/sealing-keys/reseal', authenticate, async (c) => {
    requireOperator(c);
    const { cursor } = await parseBodyOrNothing(c, resealSchema);
    const { keys, changedAtMs } = await secrets.freshSealingKey();
    const nowMs = surroundings.now();
    const walk = cursor?.version === keys.current ? cursor : newWalk(keys.current, nowMs);
    const endMs = nowMs + SLICE_MS;
    const after = await walkOn(ports, keys, walk, () => surroundings.now() >= endMs);
    const isOver = after.at === undefined;
    return c.json({
      current: after.version,
      walked: after.walked,
      resealed: after.resealed,
      left: after.left,
      // A function that had not seen the change yet may have sealed behind a walk that began before.
      othersUnused: isOver && after.left === 0 && after.begunAtMs >= settledAtMs(changedAtMs),
      settledAt: new Date(settledAtMs(changedAtMs)).toISOString(),
      eventDataUntil: eventDataUntil(ports.settings, changedAtMs),
      next: isOver ? null : Buffer.from(JSON.stringify(after)).toString('base64url'),
    });
  });
}

/** From when on every function seals under the current version. */
const settledAtMs = (changedAtMs: number): number => changedAtMs + SECRET_KEPT_MS + INVOCATION_MS;

/** Sealed event data is not sealed anew: until when some of it may need another version. */
function eventDataUntil(settings: Settings, changedAtMs: number): string | null {
  if (!settings.sealEventData) return null;
  return new Date(expiryOf(settledAtMs(changedAtMs), settings)).toISOString();
}

function jsonIn(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

// /v1/sealing-keys: which versions of the key there are, and the walk that seals everything under the current
// one. The key itself is changed in Secrets Manager, and never passes through here.
import * as z from 'zod';
import { expiryOf } from '../../adapters/ledger/expiry.ts';
import {
  newWalk,
  type Walk,
  type WalkPorts,
  walkOn,
  walkSchema,
} from '../../core/resealing/walk.ts';
import { SECRET_KEPT_MS } from '../../core/sealing/secret.ts';
import type { Secrets } from '../../core/sealing/secrets.ts';
import type { Settings } from '../../core/settings.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import { operation, type Serve } from '../../http/operation.ts';
import { EXAMPLE, timeSchema } from '../schemas.ts';

/** One call works for so long. */
const SLICE_MS = 15_000;
/** For invocations that began with the key that they knew. */
const INVOCATION_MS = 60_000;

const resealSchema = z.strictObject({
  cursor: z
    .string()
    .meta({ description: 'The `next` of the previous answer.' })
    .transform((cursor, context): Walk => {
      const parsed = walkSchema.safeParse(jsonIn(cursor));
      if (parsed.success) return parsed.data;
      context.addIssue({ code: 'custom', message: 'is not a cursor of this route' });
      return z.NEVER;
    })
    .optional(),
});

const settledShape = {
  settledAt: timeSchema.meta({
    description: 'From this time on, every function seals under the current version.',
  }),
  eventDataUntil: timeSchema.nullable().meta({
    description:
      'Until this time, event data may need another version; null if event data is not sealed.',
  }),
};
const settledExample = { settledAt: '2026-01-31T09:36:00.000Z', eventDataUntil: null };
const versionSchema = z.int().meta({ example: 2 });
const sealingKeysSchema = z
  .strictObject({
    current: versionSchema.meta({ description: 'The version that new secrets are sealed under.' }),
    versions: z.array(versionSchema),
    changedAt: timeSchema,
    ...settledShape,
  })
  .meta({
    id: 'SealingKeys',
    example: { current: 2, versions: [1, 2], changedAt: EXAMPLE.time, ...settledExample },
  });
const resealedSchema = z
  .strictObject({
    current: versionSchema,
    walked: z
      .int()
      .meta({ description: 'How many endpoints, templates and signing keys were checked.' }),
    resealed: z.int(),
    left: z.int().meta({ description: 'How many still need another version.' }),
    othersUnused: z.boolean().meta({
      description:
        'Whether endpoints, templates and signing keys no longer need the other versions.',
    }),
    ...settledShape,
    next: z
      .string()
      .nullable()
      .meta({ description: 'Send it as `cursor` to continue; null at the end.' }),
  })
  .meta({
    id: 'Resealing',
    example: {
      current: 2,
      walked: 1204,
      resealed: 1203,
      left: 0,
      othersUnused: true,
      ...settledExample,
      next: null,
    },
  });

export const getSealingKeys = operation({
  id: 'getSealingKeys',
  method: 'get',
  path: '/v1/sealing-keys',
  tag: 'Sealing keys',
  summary: 'List the versions of the sealing key',
  access: 'operator',
  session: 'refused',
  replies: {
    200: { description: 'The versions, never the key itself.', schema: sealingKeysSchema },
  },
});
export const reseal = operation({
  id: 'reseal',
  method: 'post',
  path: '/v1/sealing-keys/reseal',
  tag: 'Sealing keys',
  summary: 'Reseal everything under the current version',
  description:
    'One call works for at most 15 seconds. Send `next` as `cursor` until it is null. Repeating the call is harmless.',
  access: 'operator',
  session: 'refused',
  body: resealSchema,
  isBodyOptional: true,
  bodyExample: {},
  replies: { 200: { description: 'The progress.', schema: resealedSchema } },
});

interface SealingKeyPorts extends WalkPorts {
  readonly secrets: Pick<Secrets, 'freshSealingKey'>;
  readonly surroundings: Surroundings;
  readonly settings: Settings;
}

export function addSealingKeyRoutes(serve: Serve, ports: SealingKeyPorts): void {
  const { secrets, surroundings } = ports;

  serve(getSealingKeys, async ({ reply }) => {
    const { keys, changedAtMs } = await secrets.freshSealingKey();
    return reply(200, {
      current: keys.current,
      versions: [...keys.keys.keys()].sort((a, b) => a - b),
      changedAt: new Date(changedAtMs).toISOString(),
      settledAt: new Date(settledAtMs(changedAtMs)).toISOString(),
      eventDataUntil: eventDataUntil(ports.settings, changedAtMs),
    });
  });

  serve(reseal, async ({ body: { cursor }, reply }) => {
    const { keys, changedAtMs } = await secrets.freshSealingKey();
    const nowMs = surroundings.now();
    const walk = cursor?.version === keys.current ? cursor : newWalk(keys.current, nowMs);
    const endMs = nowMs + SLICE_MS;
    const after = await walkOn(ports, keys, walk, () => surroundings.now() >= endMs);
    const isOver = after.at === undefined;
    return reply(200, {
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

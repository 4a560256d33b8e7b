// A kind of destination that nobody has: pigeons, which fly to a loft and carry its password.
import * as z from 'zod';
import type { DestinationKind, Target } from '../../../../lambdas/core/destinations/kind.ts';

interface PigeonDestination {
  readonly kind: 'pigeon';
  readonly loft: string;
  readonly password: string;
  readonly provedAtMs?: number;
}

export interface PigeonTarget extends Target {
  readonly password: string;
}

const setting = <T extends z.ZodType>(input: T) =>
  ({ input, isOwn: true, isKeptApart: true, shown: z.string(), example: 'AB12' }) as const;

export const pigeon = {
  settings: () => ({
    loft: setting(z.string().regex(/^[A-Z]{2}[0-9]{1,2}$/, 'must be a loft such as AB12')),
    password: setting(z.string().min(4)),
  }),
  keep({ loft, password }, before) {
    if (loft === undefined) return undefined;
    const place = { loft: String(loft), password: String(password) };
    return before?.loft === loft ? { ...before, ...place } : { kind: 'pigeon', ...place };
  },
  asked: ({ loft, password }) => ({ loft, password }),
  show: ({ loft }) => ({ loft, password: '****' }),
  conflicts: ({ password, tls }) => [
    ...(password === undefined ? [{ path: ['password'], message: 'is missing' }] : []),
    ...(tls === undefined ? [] : [{ path: ['tls'], message: 'is nothing for pigeons' }]),
  ],
  origins: ({ loft }) => [loft],
  hosts: ({ loft }) => [loft.toLowerCase()],
  provedAtMs: ({ provedAtMs }) => provedAtMs,
  proved: (destination, provedAtMs) => ({ ...destination, provedAtMs }),
  target: ({ kind, loft, password }) => ({ kind, url: `pigeon:${loft}`, method: 'FLY', password }),
} satisfies DestinationKind<PigeonDestination, PigeonTarget>;

// The kinds of destinations.
import { email } from './email/email.ts';
import { http } from './http/http.ts';
import type { DestinationKind } from './kind.ts';

export const KINDS = { http, email } as const satisfies Record<string, DestinationKind>;

export type KindName = keyof typeof KINDS;

type DestinationOf<K> = K extends { proved(destination: infer D, atMs: number): unknown }
  ? D
  : never;
/** Where an endpoint's events go, as the registry keeps it. */
export type Destination = DestinationOf<(typeof KINDS)[KindName]>;

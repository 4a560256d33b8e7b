// Where the time of an attempt went.
import * as z from 'zod';

const part = z.number().nullable();

/** Milliseconds; null: there was no such part, or it was not reached. */
export const phasesSchema = z.strictObject({
  /** The name's look-up, the connection, the TLS handshake: all null on a connection that was kept. */
  dnsMs: part,
  connectMs: part,
  tlsMs: part,
  /** From the request's beginning to the first byte of its answer. */
  firstByteMs: part,
});
export type Phases = Readonly<z.infer<typeof phasesSchema>>;

export const NO_PHASES: Phases = { dnsMs: null, connectMs: null, tlsMs: null, firstByteMs: null };

/** As short as can be, since it is stored for every attempt: a number for a kept connection. */
type PackedPhases = number | readonly (number | null)[] | null;

export function packPhases({ dnsMs, connectMs, tlsMs, firstByteMs }: Phases): PackedPhases {
  if (dnsMs === null && connectMs === null && tlsMs === null) return firstByteMs;
  const all = [dnsMs, connectMs, tlsMs, firstByteMs];
  return all.slice(0, all.findLastIndex((part) => part !== null) + 1);
}

export function unpackPhases(packed: PackedPhases): Phases {
  if (packed === null) return NO_PHASES;
  if (typeof packed === 'number') return { ...NO_PHASES, firstByteMs: packed };
  const [dnsMs = null, connectMs = null, tlsMs = null, firstByteMs = null] = packed;
  return { dnsMs, connectMs, tlsMs, firstByteMs };
}

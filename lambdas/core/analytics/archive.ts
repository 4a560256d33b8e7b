// The archive: lines of an hour in objects that nothing overwrites. Batches of a stream are cut anew after errors, so
// lines repeat: every reader drops repeats.
import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { decodeLine, encodeLine, type Line } from './line.ts';

export const ATTEMPTS_PREFIX = 'attempts/';
export const UNREAD_PREFIX = 'unread/';

export interface StoredObject {
  readonly key: string;
  readonly bytes: number;
}

/** Objects by their keys. */
export interface Archive {
  put(key: string, body: Uint8Array): Promise<void>;
  get(key: string): Promise<Uint8Array>;
  /** All whose keys begin so, in the order of their keys. */
  list(prefix: string): Promise<readonly StoredObject[]>;
}

/** `attempts/dt=2026-11-30/hour=09/`: readers with SQL take date and hour from it. */
export function prefixOf(hour: string): string {
  const [date, hours] = hour.split('T');
  return `${ATTEMPTS_PREFIX}dt=${date}/hour=${hours}/`;
}

/** @param key one that `prefixOf` begins */
export function hourOfKey(key: string): string {
  const [, date, hour] = /\bdt=([\d-]+)\/hour=(\d\d)\//.exec(key) ?? [];
  return `${date}T${hour}`;
}

/** Some 350,000 lines as they are packed. */
const PASS_BYTES = 24 * 1024 * 1024;
/** As many shards as an event's id tells apart. */
const MAX_PASSES = 32;

/** How often objects are read that are too large for memory together, each time for a shard of their events. */
export function passesOver(objects: readonly StoredObject[]): number {
  const bytes = objects.reduce((sum, one) => sum + one.bytes, 0);
  return Math.min(MAX_PASSES, Math.max(1, Math.ceil(bytes / PASS_BYTES)));
}

export interface PackedLines {
  readonly key: string;
  readonly body: Uint8Array;
}

/**
 * An object of lines, by where they come from and what they are: a key never gets other lines.
 * @param first and @param last sequence numbers of the stream; Lambda does not name the shard, which they imply
 */
export function packLines(
  hour: string,
  lines: readonly Line[],
  first: string,
  last: string,
): PackedLines {
  const text = lines.map((line) => `${encodeLine(line)}\n`).join('');
  const hash = createHash('sha256').update(text).digest('hex');
  return {
    key: `${prefixOf(hour)}${first}-${last}-${hash}.gz`,
    body: gzipSync(text, { level: 6 }),
  };
}

/** @throws NewerVersionError */
export function* linesIn(body: Uint8Array): Generator<Line> {
  const text = gunzipSync(body).toString('utf8');
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from);
    yield decodeLine(text.slice(from, end));
    from = end + 1;
  }
}

// Refills hours of the archive from the ledger: what record missed while the stream kept it no longer. A procedure over
// the ports of archive and hours; what is archived already is left out. It may be stopped anywhere, and goes on there:
// lines are staged while the ledger is read, and neither all of them nor all of an hour has to fit into memory.
import type { Delivery } from '../deliveries/delivery.ts';
import { shardOf } from '../identifiers.ts';
import { scopeKey } from '../scope.ts';
import {
  type Archive,
  ATTEMPTS_PREFIX,
  hourOfKey,
  linesIn,
  packLines,
  passesOver,
  prefixOf,
  type StoredObject,
} from './archive.ts';
import { HOUR_MS, hourOf, hourStartMs } from './hour.ts';
import { hourOfLine, isAttempt, isEnd, type Line, linesOf } from './line.ts';
import type { DueHours } from './store.ts';

export interface RefillPorts {
  readonly archive: Archive;
  /** Empty before the first run, and the same one for every run of a refill. */
  readonly staging: Archive;
  readonly hours: DueHours;
  readonly newToken: () => string;
  readonly now: () => number;
}

export interface LedgerPage {
  readonly deliveries: readonly Delivery[];
  /** From where the next page is read; none of the last. */
  readonly next?: string;
}

/** @param from where a page of an earlier run ended */
export type ReadLedger = (
  from: string | undefined,
) => Iterable<LedgerPage> | AsyncIterable<LedgerPage>;

const LINES_OF_OBJECT = 10_000;
/** Lines that are held before they are staged, and pages after which the place is noted though there were none. */
const HELD_LINES = 20_000;
const PAGES_OF_PART = 200;
const PLACES_PREFIX = 'read/';
const FILLED_PREFIX = 'filled/';

/**
 * @param wanted the hours in which writes were missed
 * @returns how many lines were missing, of the hours that were filled by this run
 */
export async function refill(
  ports: RefillPorts,
  wanted: readonly string[],
  read: ReadLedger,
): Promise<number> {
  const { staging } = ports;
  await stage(staging, wanted, read);
  const staged = (await staging.list(ATTEMPTS_PREFIX)).map(({ key }) => hourOfKey(key));
  const filled = new Set((await staging.list(FILLED_PREFIX)).map(({ key }) => key));
  let count = 0;
  for (const hour of new Set([...wanted, ...staged])) {
    const done = FILLED_PREFIX + hour;
    if (filled.has(done)) continue;
    count += await fill(ports, hour);
    // Also if nothing was missing: record may have put lines, and died before it marked their hour.
    await ports.hours.mark(hour, ports.newToken(), ports.now());
    await staging.put(done, new Uint8Array());
  }
  return count;
}

interface Place {
  /** None once all is read. */
  readonly next?: string;
}

async function stage(staging: Archive, wanted: readonly string[], read: ReadLedger): Promise<void> {
  const places = await staging.list(PLACES_PREFIX);
  const last = places.at(-1);
  const place: Place | undefined =
    last && JSON.parse(Buffer.from(await staging.get(last.key)).toString('utf8'));
  if (place && place.next === undefined) return;
  const isWanted = wantedIn(wanted);
  let part = places.length;
  let pages = 0;
  let lines: Line[] = [];
  for await (const { deliveries, next } of read(place?.next)) {
    for (const delivery of deliveries) lines.push(...linesOf(undefined, delivery).filter(isWanted));
    pages++;
    if (next !== undefined && lines.length < HELD_LINES && pages < PAGES_OF_PART) continue;
    const name = String(part).padStart(8, '0');
    for (const [hour, some] of Map.groupBy(lines, hourOfLine)) {
      const { key, body } = packLines(hour, some, 'part', name);
      await staging.put(key, body);
    }
    await staging.put(PLACES_PREFIX + name, Buffer.from(JSON.stringify({ next })));
    part++;
    pages = 0;
    lines = [];
  }
}

/** Lines of the hours, and deadlines that passed before these: they may have been noticed weeks later, in one of them. */
function wantedIn(hours: readonly string[]): (line: Line) => boolean {
  const wanted = new Set(hours);
  const newest = hours.reduce((a, b) => (a > b ? a : b), '');
  return (line) => {
    const hour = hourOfLine(line);
    return wanted.has(hour) || (hour < newest && isPassedDeadline(line));
  };
}

const isPassedDeadline = (line: Line): boolean =>
  isEnd(line) && !isAttempt(line) && line.reason === 'deadline';

/** Puts the staged lines of an hour that the archive lacks. @returns how many */
async function fill({ archive, staging }: RefillPorts, hour: string): Promise<number> {
  const staged = await staging.list(prefixOf(hour));
  if (staged.length === 0) return 0;
  const there: StoredObject[] = [];
  for (const one of withNeighbours(hour)) there.push(...(await archive.list(prefixOf(one))));
  const passes = passesOver([...staged, ...there]);
  let count = 0;
  let missing: Line[] = [];
  const put = async (): Promise<void> => {
    const { key, body } = packLines(hour, missing, 'refill', String(count));
    await archive.put(key, body);
    count += missing.length;
    missing = [];
  };
  for (let pass = 0; pass < passes; pass++) {
    const known = new Set<string>();
    for await (const line of shardIn(archive, there, pass, passes)) note(known, line);
    for await (const line of shardIn(staging, staged, pass, passes)) {
      const unknown = without(line, known);
      if (!unknown) continue;
      note(known, unknown);
      missing.push(unknown);
      if (missing.length === LINES_OF_OBJECT) await put();
    }
  }
  if (missing.length > 0) await put();
  return count;
}

async function* shardIn(
  archive: Pick<Archive, 'get'>,
  objects: readonly StoredObject[],
  shard: number,
  shards: number,
): AsyncGenerator<Line> {
  for (const { key } of objects) {
    for (const line of linesIn(await archive.get(key))) {
      if (shardOf(line.event, shards) === shard) yield line;
    }
  }
}

/** The message of a first attempt that came twice may have written it over: a little later, and in the next hour. */
const withNeighbours = (hour: string): string[] =>
  [-1, 0, 1].map((by) => hourOf(hourStartMs(hour) + by * HOUR_MS));

const attemptKey = (line: Line) => `${deliveryOf(line)} ${line.attempt}`;
const endKey = (line: Line) => `${deliveryOf(line)} ${line.run} ${line.end}`;
const deliveryOf = (line: Line) => `${scopeKey(line)} ${line.endpoint} ${line.event}`;

function note(known: Set<string>, line: Line): void {
  if (isAttempt(line)) known.add(attemptKey(line));
  if (isEnd(line)) known.add(endKey(line));
}

/** The parts of a line that are not known; undefined if it has none. */
function without(line: Line, known: ReadonlySet<string>): Line | undefined {
  const hasAttempt = isAttempt(line) && !known.has(attemptKey(line));
  const hasEnd = isEnd(line) && !known.has(endKey(line));
  if (!hasAttempt && !hasEnd) return undefined;
  if (!hasEnd) {
    const { end, endedAt, reason, attempts, ...attempt } = line;
    return attempt;
  }
  if (hasAttempt || !isAttempt(line)) return line;
  const { attempt, attemptInRun, cause, at, ms, outcome, ...rest } = line;
  const { dnsMs, connectMs, tlsMs, firstByteMs, bytes, lane, url, bodyHash, ...end } = rest;
  return end;
}

// Counts the lines of one hour: each attempt and each end once, whatever repeats, into a rollup for each endpoint, event
// type, tenant and environment, and the hour's leaders.
import { type Environment, type Scope, scopeKey } from '../scope.ts';
import { mergedHistogram, quantile, totalIn } from './histogram.ts';
import { isAttempt, isEnd, type Line } from './line.ts';
import {
  attemptsIn,
  count,
  emptyRollup,
  endsIn,
  groupCountsOf,
  mergeRollup,
  type OpenRollup,
  type Part,
  type Rollup,
  type Slot,
} from './rollup.ts';

/** Groups that a rollup names in itself: the largest. */
export const TYPES_OF_ENDPOINT = 20;
const ENDPOINTS_OF_TENANT = 100;
/** Beside the largest: an endpoint with few attempts may be the one that always fails. */
const FAILING_OF_TENANT = 20;
/** Of a tenant's event types, those that get a rollup of their own. */
export const TYPES_OF_TENANT = 200;
const LEADERS = 50;
/** Below so many attempts a share or a percentile says nothing. */
export const MIN_SAMPLE = 20;

/** Attempts; successes; the sum of their milliseconds; deliveries delivered, dead and cancelled. */
export type GroupCounts = Readonly<Slot>;

export type Groups = Readonly<Record<string, GroupCounts>>;

export const NOTHING: GroupCounts = [0, 0, 0, 0, 0, 0];
export const plus = (a: GroupCounts, b: GroupCounts) => combined(a, b, 1);
export const minus = (a: GroupCounts, b: GroupCounts) => combined(a, b, -1);

function combined(a: GroupCounts, b: GroupCounts, sign: 1 | -1): GroupCounts {
  return a.map((value, index) => value + sign * (b[index] ?? 0)) as unknown as GroupCounts; // as many
}

/** Added up by name. */
export function summedGroups(all: readonly Groups[]): Map<string, GroupCounts> {
  const sums = new Map<string, GroupCounts>();
  for (const [name, counts] of all.flatMap((groups) => Object.entries(groups))) {
    sums.set(name, plus(sums.get(name) ?? NOTHING, counts));
  }
  return sums;
}

export const failuresIn = ([attempts, successes]: GroupCounts): number => attempts - successes;

export interface CountedRollup extends Rollup {
  /** Its largest event types: of a tenant, those that have rollups of their own. */
  readonly types?: Groups;
  /** Of a tenant: its largest endpoints, and those that fail most. */
  readonly endpoints?: Groups;
}

/** Whose rollup it is. */
export type Whose =
  | (Scope & { readonly kind: 'endpoint'; readonly endpoint: string })
  | (Scope & { readonly kind: 'type'; readonly type: string })
  | (Scope & { readonly kind: 'tenant' })
  | { readonly kind: 'stack'; readonly environment: Environment };

export interface Leader extends Scope {
  readonly endpoint: string;
  readonly attempts: number;
  readonly failures: number;
  readonly p95Ms: number | undefined;
}

/** The endpoints of an hour that stand out. */
export interface Leaders {
  readonly byFailures: readonly Leader[];
  readonly byP95: readonly Leader[];
  readonly byAttempts: readonly Leader[];
}

interface OfTenant {
  readonly scope: Scope;
  readonly endpoints: Map<string, OfEndpoint>;
  readonly types: Map<string, OpenRollup>;
  /** Types at endpoints that are told apart. */
  pairs: number;
}

interface OfEndpoint {
  readonly rollup: OpenRollup;
  readonly types: Map<string, GroupCounts>;
}

/** Whoever posts names the types: beyond so many in an hour, those that come later are in no group of their own. */
const MAX_TYPES = 5_000;
const MAX_PAIRS = 100_000;

/** Takes lines in any order, and as often as they come. */
export class HourCount {
  readonly #tenants = new Map<string, OfTenant>();
  /** Not counted yet: of two lines that say they are the same attempt, or the same end, the earlier counts. */
  readonly #attempts = new Map<string, Line>();
  readonly #ends = new Map<string, Line>();

  take(line: Line): void {
    const delivery = `${scopeKey(line)} ${line.endpoint} ${line.event}`;
    if (isAttempt(line)) keepEarliest(this.#attempts, `${delivery} ${line.attempt}`, line);
    if (isEnd(line)) keepEarliest(this.#ends, `${delivery} ${line.run} ${line.end}`, line);
  }

  /** The tenants of what was taken and is not counted yet. */
  get tenants(): ReadonlySet<string> {
    const tenants = new Set<string>();
    for (const lines of [this.#attempts, this.#ends]) {
      for (const { tenant } of lines.values()) tenants.add(tenant);
    }
    return tenants;
  }

  /** Counts what was taken. No later line may repeat it. @param isCounted whether a line is of a tenant that is there */
  settle(isCounted: (line: Line) => boolean): void {
    for (const part of ['attempt', 'end'] as const) {
      const lines = part === 'attempt' ? this.#attempts : this.#ends;
      for (const line of lines.values()) {
        if (isCounted(line)) this.#count(line, part);
      }
      lines.clear();
    }
  }

  /** Of what is counted. @param isThere whether a tenant is there still */
  rollups(isThere: (tenant: string) => boolean): Map<Whose, CountedRollup> {
    return summed([...this.#tenants.values()].filter(({ scope }) => isThere(scope.tenant)));
  }

  #count(line: Line, part: Part): void {
    const { tenant, environment, endpoint, type } = line;
    const ofTenant = getOr(this.#tenants, scopeKey(line), () => ({
      scope: { tenant, environment },
      endpoints: new Map(),
      types: new Map(),
      pairs: 0,
    }));
    const ofEndpoint = getOr(ofTenant.endpoints, endpoint, () => ({
      rollup: emptyRollup(),
      types: new Map(),
    }));
    count(ofEndpoint.rollup, line, part);
    const { types } = ofTenant;
    if (types.has(type) || types.size < MAX_TYPES)
      count(getOr(types, type, emptyRollup), line, part);
    const before = ofEndpoint.types.get(type);
    if (!before && ++ofTenant.pairs > MAX_PAIRS) return;
    ofEndpoint.types.set(type, plus(before ?? NOTHING, groupCountsOf(line, part)));
  }
}

function summed(tenants: readonly OfTenant[]): Map<Whose, CountedRollup> {
  const all = new Map<Whose, CountedRollup>();
  const stacks = new Map<Environment, OpenRollup>();
  for (const { scope, endpoints, types: byType } of tenants) {
    const whole = emptyRollup();
    const counts = new Map<string, GroupCounts>();
    for (const [endpoint, { rollup, types }] of endpoints) {
      mergeRollup(whole, rollup, true);
      counts.set(endpoint, countsOf(rollup));
      const largestTypes = largestGroups(types, TYPES_OF_ENDPOINT);
      all.set({ kind: 'endpoint', ...scope, endpoint }, { ...rollup, types: largestTypes });
    }
    const types = largestGroups(countsByName(byType), TYPES_OF_TENANT);
    for (const type of Object.keys(types)) {
      all.set({ kind: 'type', ...scope, type }, getOr(byType, type, emptyRollup));
    }
    const named = namedEndpoints(counts);
    all.set({ kind: 'tenant', ...scope }, { ...whole, types, endpoints: named });
    mergeRollup(getOr(stacks, scope.environment, emptyRollup), whole, true);
  }
  for (const [environment, rollup] of stacks) all.set({ kind: 'stack', environment }, rollup);
  return all;
}

function countsByName(rollups: ReadonlyMap<string, Rollup>): Map<string, GroupCounts> {
  return new Map([...rollups].map(([name, rollup]) => [name, countsOf(rollup)]));
}

/** @param sizeOf the attempts, unless it is said */
export function largestGroups(
  groups: ReadonlyMap<string, GroupCounts>,
  limit: number,
  sizeOf: (counts: GroupCounts) => number = ([attempts]) => attempts,
): Groups {
  const sorted = [...groups].sort(([a, x], [b, y]) => sizeOf(y) - sizeOf(x) || (a < b ? -1 : 1));
  return Object.fromEntries(sorted.slice(0, limit));
}

/** Those of a tenant's endpoints that its rollup names. */
export function namedEndpoints(groups: ReadonlyMap<string, GroupCounts>): Groups {
  const failing = new Map([...groups].filter(([, counts]) => failuresIn(counts) > 0));
  return {
    ...largestGroups(groups, ENDPOINTS_OF_TENANT),
    ...largestGroups(failing, FAILING_OF_TENANT, failuresIn),
  };
}

export function countsOf(rollup: Rollup): GroupCounts {
  const ends = ['delivered', 'dead', 'cancelled'].map((state) => endsIn(rollup, state));
  const [delivered = 0, dead = 0, cancelled = 0] = ends;
  return [...attemptsIn(rollup), rollup.okMs + rollup.failedMs, delivered, dead, cancelled];
}

export function leadersOf(rollups: ReadonlyMap<Whose, Rollup>): Leaders {
  const endpoints = [...rollups].flatMap(([whose, rollup]): Leader[] => {
    if (whose.kind !== 'endpoint') return [];
    const { tenant, environment, endpoint } = whose;
    const [attempts, successes] = attemptsIn(rollup);
    const times = mergedHistogram(rollup.ok, rollup.failed);
    const p95Ms = totalIn(times) < MIN_SAMPLE ? undefined : quantile(times, 0.95);
    return [{ tenant, environment, endpoint, attempts, failures: attempts - successes, p95Ms }];
  });
  const top = (by: (leader: Leader) => number) =>
    endpoints
      .filter((one) => by(one) > 0)
      .sort((a, b) => by(b) - by(a) || (a.endpoint < b.endpoint ? -1 : 1))
      .slice(0, LEADERS);
  return {
    byFailures: top(({ failures }) => failures),
    byP95: top(({ p95Ms = 0 }) => p95Ms),
    byAttempts: top(({ attempts }) => attempts),
  };
}

function keepEarliest(lines: Map<string, Line>, key: string, line: Line): void {
  const known = lines.get(key);
  if (!known || momentOf(line) < momentOf(known)) lines.set(key, line);
}

const momentOf = ({ at, ms = 0, endedAt = 0 }: Line): number =>
  at === undefined ? endedAt : at + ms;

function getOr<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const made = make();
  map.set(key, made);
  return made;
}

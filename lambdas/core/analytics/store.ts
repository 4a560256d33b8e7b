// Where rollups are kept, and which hours are to be counted again.

import type { Environment } from '../scope.ts';
import type { CountedRollup, Leaders, Whose } from './counting.ts';

export interface HourRollup extends CountedRollup {
  readonly hour: string;
  /** Counted from the files that were there at this time, Unix milliseconds; none of an hour that was over. */
  readonly asOfMs?: number;
}

/** An hour that got lines since it was counted. */
export interface DueHour {
  readonly hour: string;
  /** Another one for each time that it was marked. */
  readonly token: string;
  /** When it was marked first since it was counted, Unix milliseconds; older code did not note it. */
  readonly sinceMs?: number;
  /** The token up to which it was counted while it lasted. */
  readonly countedToken?: string;
  /** The token with which a count of it was begun last. */
  readonly begunToken?: string;
}

export interface DueHours {
  /** After lines were put, and before whoever put them says so. */
  mark(hour: string, token: string, nowMs: number): Promise<void>;
}

export interface CountedHours {
  listDue(): Promise<readonly DueHour[]>;
  /** Before it is counted: one whose count ends the process is left to the end of the next run. */
  begin(due: DueHour): Promise<void>;
  /** Unless it was marked again: then it is due since this count of it began. */
  settle(due: DueHour, begunMs: number): Promise<void>;
  /** It lasts still: what came up to this token is counted. */
  note(due: DueHour): Promise<void>;
}

/** A run of rollup is stopped after so long: nothing that it found before is put later. */
export const COUNTING_AT_MOST_MS = 10 * 60_000;

/** Who counts: one at a time, as else an older count might be put over a newer one. */
export interface CountingTurn {
  /** Whoever takes it may die, and then keeps it up to this time. @returns whether it was free */
  take(holder: string, nowMs: number, untilMs: number): Promise<boolean>;
  giveBack(holder: string): Promise<void>;
}

export interface RollupWriter {
  /** Puts whole rollups of an hour over those that were there. */
  putRollups(
    hour: string,
    rollups: ReadonlyMap<Whose, CountedRollup>,
    asOfMs?: number,
  ): Promise<void>;
  /** Puts whole rollups of a day of UTC over those that were there. */
  putDays(day: string, rollups: ReadonlyMap<Whose, CountedRollup>): Promise<void>;
  putLeaders(hour: string, environment: Environment, leaders: Leaders): Promise<void>;
}

export interface RollupReader {
  /** The hours from one on and before another, those with something in them, in their order. */
  readRollups(
    whose: Whose,
    fromHour: string,
    toHour: string,
    isConsistent?: boolean,
  ): Promise<readonly HourRollup[]>;
  /** The days from one on and before another, each in the place of its first hour. */
  readDays(whose: Whose, fromDay: string, toDay: string): Promise<readonly HourRollup[]>;
  readLeaders(environment: Environment, hour: string): Promise<Leaders | undefined>;
}

export interface RollupErasure {
  /** Removes some of a tenant's or an endpoint's, all event types included. @returns how many */
  eraseRollups(whose: Whose, limit: number): Promise<number>;
}

/** The tenants of this list that are there, and when each was created, Unix milliseconds. */
export interface LivingTenants {
  createdTimes(ids: Iterable<string>): Promise<ReadonlyMap<string, number>>;
}

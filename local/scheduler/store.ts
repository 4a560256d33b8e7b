// One-time schedules of EventBridge Scheduler, kept in SQLite and fired when due; those that came due
// while nothing ran are fired at start.
import { DatabaseSync } from 'node:sqlite';

export interface Schedule {
  group: string;
  name: string;
  dueAtMs: number;
  /** The request that made it, as JSON: what GetSchedule gives back. */
  definition: string;
}

interface Row {
  group_name: string;
  name: string;
  due_at_ms: number;
  definition: string;
}

/** setTimeout turns anything longer into one millisecond. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export class ScheduleStore {
  readonly #db: DatabaseSync;
  #timer: NodeJS.Timeout | undefined;
  #fire: ((schedule: Schedule) => void) | undefined;

  constructor(file: string) {
    this.#db = new DatabaseSync(file);
    this.#db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    this.#db.exec(
      `CREATE TABLE IF NOT EXISTS schedules (
        group_name TEXT, name TEXT, due_at_ms INTEGER NOT NULL, definition TEXT NOT NULL,
        PRIMARY KEY (group_name, name));
       CREATE INDEX IF NOT EXISTS schedules_by_due_time ON schedules (due_at_ms)`,
    );
  }

  /** False when one of that name exists. */
  insert({ group, name, dueAtMs, definition }: Schedule): boolean {
    const { changes } = this.#db
      .prepare('INSERT OR IGNORE INTO schedules VALUES (?, ?, ?, ?)')
      .run(group, name, dueAtMs, definition);
    this.#arm();
    return changes > 0;
  }

  /** False when there is none of that name. */
  update({ group, name, dueAtMs, definition }: Schedule): boolean {
    const { changes } = this.#db
      .prepare(
        'UPDATE schedules SET due_at_ms = ?, definition = ? WHERE group_name = ? AND name = ?',
      )
      .run(dueAtMs, definition, group, name);
    this.#arm();
    return changes > 0;
  }

  remove(group: string, name: string): boolean {
    const { changes } = this.#db
      .prepare('DELETE FROM schedules WHERE group_name = ? AND name = ?')
      .run(group, name);
    return changes > 0;
  }

  get(group: string, name: string): Schedule | undefined {
    return this.#first('WHERE group_name = ? AND name = ?', group, name);
  }

  /** Fires what is due, now and from now on; each schedule is deleted once `fire` has returned. */
  start(fire: (schedule: Schedule) => void): void {
    this.#fire = fire;
    this.#arm();
  }

  close(): void {
    this.#fire = undefined;
    clearTimeout(this.#timer);
    this.#db.close();
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const next = this.#first('ORDER BY due_at_ms LIMIT 1');
    if (this.#fire === undefined || next === undefined) return;
    const waitMs = Math.min(Math.max(0, next.dueAtMs - Date.now()), MAX_TIMER_MS);
    this.#timer = setTimeout(() => this.#fireDue(), waitMs);
  }

  #fireDue(): void {
    for (;;) {
      const due = this.#first('WHERE due_at_ms <= ? ORDER BY due_at_ms LIMIT 1', Date.now());
      if (due === undefined) break;
      this.#fire?.(due);
      this.remove(due.group, due.name);
    }
    this.#arm();
  }

  #first(clause: string, ...values: (string | number)[]): Schedule | undefined {
    // The columns are those of the table above.
    const row = this.#db.prepare(`SELECT * FROM schedules ${clause}`).get(...values) as
      | Row
      | undefined;
    if (row === undefined) return undefined;
    const { group_name: group, name, due_at_ms: dueAtMs, definition } = row;
    return { group, name, dueAtMs, definition };
  }
}

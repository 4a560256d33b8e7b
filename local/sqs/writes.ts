// What changes in the queues in one turn of the event loop is one write to the disk: fauxqs makes one for each change.
import type { DatabaseSync } from 'node:sqlite';

type Change = (...given: never[]) => void;

/** The changes that every message makes. Others are written with them, or by themselves. */
export interface MessageChanges {
  insertMessage: Change;
  updateMessageInflight: Change;
  updateMessageReady: Change;
  deleteMessage: Change;
}

export interface Writes {
  /** Resolves when all that was changed before is on disk, undefined if it is: nobody may be told of it earlier. */
  onDisk(): Promise<void> | undefined;
  /** Writes it now. */
  now(): void;
}

export function writeTogether(changes: MessageChanges & { readonly db: DatabaseSync }): Writes {
  const { db } = changes;
  let open: { readonly done: Promise<void>; readonly end: () => void } | undefined;

  function now(): void {
    const { end } = open ?? {};
    open = undefined;
    if (end) db.exec('COMMIT');
    end?.();
  }

  function begin(): void {
    if (open) return;
    db.exec('BEGIN');
    const { promise: done, resolve: end } = Promise.withResolvers<void>();
    open = { done, end };
    // What cannot be written ends the process: its queues would not be those on disk.
    setImmediate(now);
  }

  const together =
    (change: Change): Change =>
    (...given) => {
      begin();
      change.apply(changes, given);
    };
  changes.insertMessage = together(changes.insertMessage);
  changes.updateMessageInflight = together(changes.updateMessageInflight);
  changes.updateMessageReady = together(changes.updateMessageReady);
  changes.deleteMessage = together(changes.deleteMessage);
  return { onDisk: () => open?.done, now };
}

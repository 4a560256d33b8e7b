// The LevelDB in which dynalite keeps its tables, adapted to how dynalite uses it.
import { createRequire, findPackageJSON } from 'node:module';

interface LevelIterator {
  close(): Promise<void>;
  return?(): Promise<void>;
}

let isAdapted = false;
let open = 0;

/** Iterators of this thread that are not closed. */
export function openIterators(): number {
  return open;
}

export function adaptLevelDb(): void {
  if (isAdapted) return;
  isAdapted = true;
  const requireBesideDynalite = createRequire(findPackageJSON('dynalite', import.meta.url) ?? '');
  const { Level } = requireBesideDynalite('level');
  readDirectly(Level.prototype);
  for (const kind of ['keys', 'values']) closeWhenRead(Level.prototype, kind);
}

/**
 * LevelDB answers reads of a small store from memory in microseconds; dynalite's way through the
 * thread pool costs more than the read, and more than everything else it does.
 */
// biome-ignore lint/suspicious/noExplicitAny: level's internals have no types.
function readDirectly(prototype: any): void {
  const { _getSync: getSync } = prototype;
  if (typeof getSync !== 'function') return;
  prototype._get = async function get(...given: unknown[]) {
    return getSync.apply(this, given);
  };
}

/**
 * dynalite 4.0.0 ends its streams by an iterator's `return`, which abstract-level 3 does not have: it has `close`. An
 * iterator that stays open keeps every file and memory table that LevelDB had when it was made.
 */
function closeWhenRead(
  prototype: Record<string, (options: unknown) => LevelIterator>,
  kind: string,
) {
  const make = prototype[kind];
  if (make === undefined) throw new Error('another level is needed');
  prototype[kind] = function iterate(options) {
    const iterator = make.call(this, options);
    const close = iterator.close.bind(iterator);
    let closing: Promise<void> | undefined;
    open++;
    // Also called for all that are open when the database is closed.
    iterator.close = () => {
      closing ??= close().finally(() => {
        open--;
      });
      return closing;
    };
    iterator.return = iterator.close;
    return iterator;
  };
}

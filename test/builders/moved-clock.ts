// A process whose clock shows another time than this one's.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface MovedClock {
  /** Arguments for Node: they move `Date` in every thread and process that is started with them. */
  readonly nodeArguments: readonly string[];
  /** By how much it goes before this one's, for what starts from now on. */
  set(aheadMs: number): void;
}

/** @param folder for the clock's files */
export function movedClock(folder: string, aheadMs = 0): MovedClock {
  const state = join(folder, 'clock-ahead-ms');
  const set = (ms: number) => writeFileSync(state, String(ms));
  set(aheadMs);
  const module = join(folder, 'clock.mjs');
  writeFileSync(
    module,
    `import { readFileSync } from 'node:fs';
const aheadMs = Number(readFileSync(${JSON.stringify(state)}, 'utf8'));
const Real = Date;
globalThis.Date = class Date extends Real {
  constructor(...parts) {
    if (parts.length === 0) super(Real.now() + aheadMs);
    else super(...parts);
  }
  static now() {
    return Real.now() + aheadMs;
  }
};
`,
  );
  return { nodeArguments: ['--import', pathToFileURL(module).href], set };
}

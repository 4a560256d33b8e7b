// What a transformation may take: every value that it looks at, makes or keeps is counted, so that its time and its
// memory are bounded, and the same data has the same outcome on every machine.
import { Steps } from '../steps.ts';

/** A value that is put into an array or object takes some tens of bytes, and so does a step. */
export const MAX_STEPS = 50_000;
/** Characters of a text that is made or searched, to a step. */
const CHARACTERS = 16;

export class Work {
  readonly steps = new Steps(MAX_STEPS);

  /** @throws OverBudgetError */
  take(count = 1): void {
    this.steps.take(count);
  }

  /** A text of so many characters is read or made. */
  takeText(characters: number): void {
    this.steps.take(1 + Math.floor(characters / CHARACTERS));
  }

  /** A text is searched for another, which may be compared at every place almost to its end. */
  takeSearch(text: string, wanted: string): void {
    const compared = 1 + Math.min(text.length, wanted.length) / CHARACTERS;
    this.takeText(text.length * compared);
  }
}

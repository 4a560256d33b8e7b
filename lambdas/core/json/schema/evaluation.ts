// How keywords of JSON Schema 2020-12 are evaluated: what they share. A schema is compiled once into functions, of
// which each counts its steps, and reports what is wrong where nothing further in can say it better.
import { type Fault, pointer } from '../../problem.ts';
import { OverBudgetError, type Steps } from '../../steps.ts';

/** Schemas within schemas, and references, that may be open at once: the stack has an end. */
const MAX_OPEN = 1_000;
/** Entering a schema, or trying one, takes as long as so many comparisons. */
const SCHEMA_STEPS = 4;

/** A place in the data, from the inside out: the text of its path is needed only for faults. */
export interface At {
  readonly around: At | undefined;
  readonly segment: string | number;
}

export function pathOf(at: At | undefined): string {
  const segments: (string | number)[] = [];
  for (let place = at; place; place = place.around) segments.push(place.segment);
  return pointer(segments.reverse());
}

export class Frame {
  readonly steps: Steps;
  readonly faults: Fault[] = [];
  readonly #limit: number;
  #isFull = false;
  #open: number;

  /** @param limit of faults, after which nothing more is looked for */
  constructor(steps: Steps, limit: number, open = 0) {
    this.steps = steps;
    this.#limit = limit;
    this.#open = open;
  }

  /** Whether something is wrong, and enough is said about it. */
  get isFull(): boolean {
    return this.#isFull;
  }

  report(at: At | undefined, message: string): false {
    if (this.faults.length < this.#limit) this.faults.push({ path: pathOf(at), message });
    this.#isFull = this.faults.length >= this.#limit;
    return false;
  }

  take(faults: readonly Fault[]): void {
    this.faults.push(...faults.slice(0, this.#limit - this.faults.length));
    this.#isFull = this.faults.length >= this.#limit;
  }

  /** For what may fail without being a fault. @param isQuiet whether its faults are never asked for */
  trial(isQuiet: boolean): Frame {
    this.steps.take(SCHEMA_STEPS);
    return new Frame(this.steps, isQuiet ? 0 : this.#limit, this.#open);
  }

  within<T>(work: () => T): T {
    this.steps.take(SCHEMA_STEPS);
    if (this.#open >= MAX_OPEN) throw new OverBudgetError();
    this.#open++;
    const result = work();
    this.#open--;
    return result;
  }
}

/** What of an object or array was evaluated, for `unevaluatedProperties` and `unevaluatedItems`. */
export class Evaluated {
  readonly #isAsked: boolean;
  readonly names = new Set<string>();
  readonly items = new Set<number>();
  /** All items before this one. */
  itemsBefore = 0;

  /** @param isAsked whether the schema has such a keyword: otherwise nothing is kept */
  constructor(isAsked: boolean) {
    this.#isAsked = isAsked;
  }

  addName(name: string, steps: Steps): void {
    if (!this.#isAsked) return;
    steps.take(2);
    this.names.add(name);
  }

  add(other: Evaluated, steps: Steps): void {
    this.itemsBefore = Math.max(this.itemsBefore, other.itemsBefore);
    if (!this.#isAsked) return;
    steps.take(2 * (other.names.size + other.items.size));
    for (const name of other.names) this.names.add(name);
    for (const item of other.items) this.items.add(item);
  }

  /** For something else. */
  fresh(): Evaluated {
    return new Evaluated(this.#isAsked);
  }
}

/** Where evaluation is. */
export interface Place {
  readonly at: At | undefined;
  readonly frame: Frame;
  /** Of the schema whose keywords are evaluated. */
  readonly evaluated: Evaluated;
}

/** Whether a value has what a schema asks for; what was evaluated is added to the place's own. */
export type Judge = (value: unknown, place: Place) => boolean;

/** What compiles a keyword. Undefined if it says nothing about data. */
export interface Compiling {
  /** The schema whose keyword it is. */
  readonly schema: Readonly<Record<string, unknown>>;
  compile(schema: unknown): Judge;
  /** Of a schema elsewhere, which may not be compiled yet. */
  compileAt(reference: string): Judge;
}
export type Keyword = (operand: unknown, compiling: Compiling) => Judge | undefined;

/** The same for a part of the value, whose own evaluated parts do not count here. */
export function inPart(
  judge: Judge,
  value: unknown,
  { at, frame, evaluated }: Place,
  segment: string | number,
): boolean {
  return judge(value, { at: { around: at, segment }, frame, evaluated: evaluated.fresh() });
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// Expressions of the subset and data for them, drawn from a seed: most of them meet. Of fast-check, one case takes a
// thousand times as long as its evaluation.
import { randomFrom } from '../../../local/simulation/random.ts';

const NAMES = ['a', 'b', 'c', 'list', 'deep'];
const NUMBERS = [0, 1, 2, -1, 1.5, 10, 2.5, -3];
const TEXTS = ['', 'a', 'x', 'Two words', '12', 'b-c-b', 'ÄÖ'];
const LITERALS = ['1', '0', '2', '-1', '1.5', '"a"', '"x"', '""', "'b'", 'true', 'false', 'null'];
const OPERATORS = [
  ...['+', '-', '*', '/', '%', '=', '!=', '<', '<=', '>', '>='],
  ...['&', '&', '&', 'and', 'or', 'in'],
];
const OF_ONE = [
  ...['string', 'length', 'uppercase', 'lowercase', 'trim', 'number', 'abs', 'floor', 'ceil'],
  ...['round', 'sum', 'max', 'min', 'average', 'boolean', 'not', 'exists', 'count', 'reverse'],
  ...['distinct', 'sort', 'keys', 'spread', 'merge', 'type', 'join'],
];
const OF_CONTEXT = ['string', 'length', 'uppercase', 'trim', 'number', 'abs', 'boolean', 'keys'];
const OF_TWO = [
  ...['substring', 'substringBefore', 'substringAfter', 'contains', 'split', 'join', 'round'],
  ...['append', 'zip', 'lookup'],
];
const REGEXES = ['/a/', '/x|b/i', '/[a-z]+/', '/(b)-(c)/', '/\\s/', '/^T/'];
const REPLACEMENTS = ['"-"', '"<$0>"', '"$1$2"', '"$$"', '"$x"'];

export interface Case {
  readonly source: string;
  readonly data: Record<string, unknown>;
}

/** Endless. */
export function* generated(seed: number): Generator<Case> {
  const random = randomFrom(seed);
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)] as T; // never empty
  const upTo = (most: number): number => Math.floor(random() * (most + 1));
  const several = <T>(most: number, make: () => T): T[] => Array.from({ length: upTo(most) }, make);

  const object = (depth: number): Record<string, unknown> =>
    Object.fromEntries(several(4, () => [pick(NAMES), value(depth - 1)]));
  function value(depth: number): unknown {
    const leaf = (): unknown =>
      pick<() => unknown>([
        () => pick(NUMBERS),
        () => pick(TEXTS),
        () => random() < 0.5,
        () => null,
      ])();
    if (depth <= 0) return leaf();
    return pick<() => unknown>([
      leaf,
      () => pick(NUMBERS),
      () => pick(TEXTS),
      () => object(depth),
      () => several(4, () => object(depth)),
      () => several(3, () => value(depth - 1)),
      () => several(4, () => pick(NUMBERS)),
      () => several(4, () => pick(TEXTS)),
    ])();
  }

  function step(depth: number): string {
    const any = () => expression(depth - 1);
    return pick<() => string>([
      ...Array<() => string>(6).fill(() => pick(NAMES)),
      () => pick(['*', '**', '$', '`a`', '"b"']),
      () => `${pick(NAMES)}[${any()}]`,
      () => `${pick(NAMES)}[${upTo(3) - 1}]`,
      () => `${pick(NAMES)}[${any()}][0]`,
      () => `${pick(NAMES)}[]`,
      () => `(${any()})`,
      () => `[${several(2, any).join(', ')}]`,
      () => `{"${pick(NAMES)}": ${any()}}`,
      () => `$${pick(OF_CONTEXT)}()`,
    ])();
  }
  const path = (depth: number): string => {
    const steps = Array.from({ length: 1 + upTo(2) }, () => step(depth)).join('.');
    return random() < 0.2 ? `${pick(['$', '$$', '$event'])}.${steps}` : steps;
  };
  function expression(depth: number): string {
    if (depth <= 0) return random() < 0.5 ? pick(LITERALS) : pick(NAMES);
    const any = () => expression(depth - 1);
    const key = () => (random() < 0.8 ? `"${pick(NAMES)}"` : any());
    return pick<() => string>([
      () => pick(LITERALS),
      ...Array<() => string>(6).fill(() => path(depth)),
      () => pick(['$', '$$']),
      () => `${any()} ${pick(OPERATORS)} ${any()}`,
      () => `${any()} ${pick(OPERATORS)} ${any()}`,
      () => `(${any()} ? ${any()} : ${any()})`,
      () => `(${any()} ${pick(['?:', '??'])} ${any()})`,
      () => `-(${any()})`,
      () => `[${several(3, any).join(', ')}]`,
      () => `{${several(3, () => `${key()}: ${any()}`).join(', ')}}`,
      () => `${path(depth)}{${pick(NAMES)}: ${any()}}`,
      () => `(${any()}; ${any()})`,
      () => `(${any()})[${any()}]`,
      () => `(${any()})[]`,
      () => `$${pick(OF_ONE)}(${any()})`,
      () => `$${pick(OF_ONE)}(${path(depth)})`,
      () => `$${pick(OF_TWO)}(${any()}, ${any()})`,
      () => `$${pick(['contains', 'match', 'split'])}(${any()}, ${pick(REGEXES)})`,
      () => `$replace(${any()}, ${pick([...REGEXES, ...LITERALS])}, ${pick(REPLACEMENTS)})`,
    ])();
  }
  for (;;) yield { source: expression(3), data: object(3) };
}

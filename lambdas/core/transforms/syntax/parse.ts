// Parses the part of JSONata that transformations may use, by Pratt’s algorithm with JSONata’s own binding powers. What
// is not part of it is refused here, so that nothing else can be evaluated. The work grows with the length of the source.
import { MAX_PATTERN_SIZE } from '../../json/schema/patterns.ts';
import { FUNCTIONS } from '../functions/all.ts';
import { readRegex } from '../regex.ts';
import { filteredBy, groupedBy, keptAsArray, made, pathOf } from './build.ts';
import { type Expression, OPERATORS, type Pairs } from './expression.ts';
import { notTaken, SyntaxFault } from './fault.ts';
import { type Token, tokensOf } from './tokens.ts';

/** How tightly an operator holds what stands before it. */
const POWERS: ReadonlyMap<string, number> = new Map([
  ...['[', '(', '@', '#'].map((text) => [text, 80] as const),
  ['.', 75],
  ['{', 70],
  ...['*', '/', '%'].map((text) => [text, 60] as const),
  ...['+', '-', '&'].map((text) => [text, 50] as const),
  ...['=', '!=', '<', '<=', '>', '>=', 'in'].map((text) => [text, 40] as const),
  ...['^', '~>', '?:', '??'].map((text) => [text, 40] as const),
  ['and', 30],
  ['or', 25],
  ['?', 20],
  [':=', 10],
]);
const SIGN_POWER = 70;

/** Constructs that people know, by the token that they begin with. */
const REFUSED: ReadonlyMap<string, string> = new Map([
  ['@', 'the operator @'],
  ['#', 'the operator #'],
  ['^', 'the operator ^'],
  ['|', 'the operator |...|'],
  ['%', 'the operator % in a path'],
  ['~>', 'the operator ~>'],
  [':=', 'assignments'],
  ['..', 'ranges'],
  ['?', 'partial application'],
]);

const VARIABLES: ReadonlyMap<string, 'context' | 'root' | 'event'> = new Map([
  ['', 'context'],
  ['$', 'root'],
  ['event', 'event'],
]);
/** The functions that take a regular expression, as their first or second parameter. */
const WITH_REGEX: readonly string[] = ['contains', 'match', 'replace', 'split'];

/** Below it, the parser itself would fill the stack. */
const MAX_NESTING = 100;

/** @throws SyntaxFault */
export function parse(source: string): Expression {
  return new Parser(source).whole();
}

class Parser {
  readonly #next: (mayBeRegex: boolean) => Token;
  #token: Token;
  #nesting = 0;
  #regexSize = 0;

  constructor(source: string) {
    this.#next = tokensOf(source);
    this.#token = this.#next(true);
  }

  whole(): Expression {
    const expression = this.#expression(0);
    if (this.#token.kind !== 'end') throw this.#unexpected();
    return expression;
  }

  #expression(power: number): Expression {
    if (++this.#nesting > MAX_NESTING) {
      throw new SyntaxFault(`is nested deeper than ${MAX_NESTING} levels`, this.#token.at);
    }
    const first = this.#token;
    this.#token = this.#next(false);
    let left = this.#beginning(first);
    for (;;) {
      const token = this.#token;
      const holds = token.kind === 'operator' ? (POWERS.get(token.text) ?? 0) : 0;
      if (token.kind !== 'operator' || power >= holds) break;
      this.#token = this.#next(true);
      left = this.#continued(left, token, holds);
    }
    this.#nesting--;
    return left;
  }

  /** What an expression begins with. */
  #beginning(token: Token): Expression {
    switch (token.kind) {
      case 'literal':
        return made({ kind: 'literal', value: token.value });
      case 'string':
        return made({ kind: 'literal', value: token.text });
      case 'name':
        return this.#name(token.text, token.at);
      case 'variable':
        return this.#variable(token.text, token.at);
      case 'regex':
        throw notTaken(
          'a regular expression outside of $contains, $match, $replace and $split',
          token.at,
        );
      case 'operator':
        return this.#prefix(token.text, token.at);
      case 'end':
        throw new SyntaxFault('ends too early', token.at);
      default:
        return token satisfies never;
    }
  }

  #name(name: string, at: number): Expression {
    const isFunction = ['function', 'λ'].includes(name) && this.#isAt('(');
    if (isFunction) throw notTaken('functions of its own', at);
    return pathOf(made({ kind: 'name', name }));
  }

  #variable(name: string, at: number): Expression {
    if (this.#isAt('(')) return this.#call(name, at);
    const of = VARIABLES.get(name);
    if (of) return made({ kind: 'variable', of });
    throw notTaken(`the variable $${name}: there are $, $$ and $event`, at);
  }

  #prefix(operator: string, at: number): Expression {
    switch (operator) {
      case 'and':
      case 'or':
      case 'in':
        return this.#name(operator, at);
      case '-': {
        const operand = this.#expression(SIGN_POWER);
        const isNumber = operand.kind === 'literal' && typeof operand.value === 'number';
        return isNumber
          ? { ...operand, value: -Number(operand.value) }
          : made({ kind: 'negative', operand });
      }
      case '*':
        return made({ kind: 'wildcard' });
      case '**':
        return made({ kind: 'descendants' });
      case '(':
        return this.#block();
      case '[':
        return made({ kind: 'array', items: this.#list(']'), isWhole: false });
      case '{':
        return made({ kind: 'object', pairs: this.#pairs() });
      default:
        throw REFUSED.has(operator)
          ? notTaken(`${REFUSED.get(operator)}`, at)
          : new SyntaxFault(`has ${operator} where a value is expected`, at);
    }
  }

  /** What an operator makes of the expression before it. */
  #continued(left: Expression, token: Token & { kind: 'operator' }, power: number): Expression {
    const { text, at } = token;
    switch (text) {
      case '.':
        return pathOf(left, this.#expression(power), at);
      case '[': {
        if (this.#isAt(']')) {
          this.#token = this.#next(true);
          return keptAsArray(left);
        }
        const predicate = this.#expression(0);
        this.#expect(']', false);
        return filteredBy(left, predicate, at);
      }
      case '{':
        return groupedBy(left, this.#pairs(), at);
      case '(':
        throw notTaken('a call of anything but a function’s name', at);
      case '?': {
        const then = this.#expression(0);
        if (!this.#isAt(':')) return made({ kind: 'condition', condition: left, then });
        this.#expect(':', true);
        const otherwise = this.#expression(0);
        return made({ kind: 'condition', condition: left, then, otherwise });
      }
      case '?:':
      case '??': {
        const wants = text === '?:' ? 'truth' : 'existence';
        return made({ kind: 'default', wants, first: left, second: this.#expression(0) });
      }
      default: {
        const operator = OPERATORS.find((one) => one === text);
        if (!operator) throw notTaken(REFUSED.get(text) ?? `the operator ${text}`, at);
        return made({ kind: 'binary', operator, left, right: this.#expression(power) });
      }
    }
  }

  #call(name: string, at: number): Expression {
    if (!FUNCTIONS[name]) throw notTaken(`the function $${name}`, at);
    this.#expect('(', true);
    const parameters: Expression[] = [];
    while (!this.#isAt(')')) {
      parameters.push(this.#parameter(name, parameters.length));
      if (!this.#isAt(',')) break;
      this.#expect(',', true);
      if (this.#isAt(')')) throw this.#unexpected();
    }
    this.#expect(')', false);
    return made({ kind: 'call', name, parameters });
  }

  #parameter(name: string, index: number): Expression {
    const token = this.#token;
    if (token.kind !== 'regex' || index > 1 || !WITH_REGEX.includes(name)) {
      return this.#expression(0);
    }
    this.#token = this.#next(false);
    const regex = readRegex(token.source, token.flags);
    if (typeof regex === 'string') {
      throw new SyntaxFault(`has a regular expression that ${regex}`, token.at);
    }
    this.#regexSize += regex.size;
    if (this.#regexSize <= MAX_PATTERN_SIZE) return made({ kind: 'regex', regex });
    throw new SyntaxFault('has regular expressions that are too large together', token.at);
  }

  #block(): Expression {
    const parts: Expression[] = [];
    while (!this.#isAt(')')) {
      parts.push(this.#expression(0));
      if (!this.#isAt(';')) break;
      this.#expect(';', true);
    }
    this.#expect(')', false);
    const isWhole = parts.some((part) => {
      const [first] = part.kind === 'path' ? part.steps : [part];
      return first !== undefined && 'isWhole' in first && first.isWhole;
    });
    return made({ kind: 'block', parts, isWhole });
  }

  #list(end: string): Expression[] {
    const items: Expression[] = [];
    while (!this.#isAt(end)) {
      items.push(this.#expression(0));
      if (this.#isAt('..')) throw notTaken('ranges', this.#token.at);
      if (!this.#isAt(',')) break;
      this.#expect(',', true);
      if (this.#isAt(end)) throw this.#unexpected();
    }
    this.#expect(end, false);
    return items;
  }

  #pairs(): Pairs {
    const pairs: (readonly [Expression, Expression])[] = [];
    while (!this.#isAt('}')) {
      const key = this.#expression(0);
      this.#expect(':', true);
      pairs.push([key, this.#expression(0)]);
      if (!this.#isAt(',')) break;
      this.#expect(',', true);
      if (this.#isAt('}')) throw this.#unexpected();
    }
    this.#expect('}', false);
    return pairs;
  }

  #isAt(text: string): boolean {
    return this.#token.kind === 'operator' && this.#token.text === text;
  }

  #expect(text: string, mayBeRegex: boolean): void {
    if (!this.#isAt(text)) throw this.#unexpected(text);
    this.#token = this.#next(mayBeRegex);
  }

  #unexpected(wanted?: string): SyntaxFault {
    const { kind, at } = this.#token;
    const found =
      kind === 'end' ? 'ends' : `has ${'text' in this.#token ? this.#token.text : kind}`;
    const where = wanted === undefined ? 'where it is not expected' : `where ${wanted} is expected`;
    return new SyntaxFault(`${found} ${where}`, at);
  }
}

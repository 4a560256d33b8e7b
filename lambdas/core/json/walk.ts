// Walks the source text of valid JSON without recursion, since it may be nested to any depth.
import { createScanner } from 'jsonc-parser';

/** jsonc-parser's token kinds, whose own enum is erased when it is compiled. */
const Token = {
  openBrace: 1,
  closeBrace: 2,
  openBracket: 3,
  closeBracket: 4,
  comma: 5,
  colon: 6,
  end: 17,
} as const;

/** An array or object around the present place. */
export interface Level {
  readonly isObject: boolean;
  readonly from: number;
  /** The present key or index: the last segment of the path. */
  segment: string | number;
  /** The offset of the current key's quotation mark. */
  keyFrom: number;
  /** Whether the next string is a key. */
  expectsKey: boolean;
}

/** `levels` is from the outside in, and changes as the walk goes on. */
interface JsonVisitor {
  /** The last level has just begun. */
  open?(levels: readonly Level[]): void;
  /** The last level has come to its next key. */
  key?(levels: readonly Level[], key: string): void;
  /** A value of the last level has ended. */
  value(levels: readonly Level[], from: number, to: number): void;
}

export function walkJson(text: string, visitor: JsonVisitor): void {
  const levels: Level[] = [];
  eachToken(text, (token, from, to, textOf) => {
    const level = levels.at(-1);
    switch (token) {
      case Token.openBrace:
      case Token.openBracket: {
        const isObject = token === Token.openBrace;
        levels.push({ isObject, from, segment: 0, keyFrom: 0, expectsKey: isObject });
        visitor.open?.(levels);
        break;
      }
      case Token.closeBrace:
      case Token.closeBracket:
        levels.pop();
        visitor.value(levels, level?.from ?? 0, to);
        break;
      case Token.comma:
        if (!level) break;
        if (level.isObject) level.expectsKey = true;
        else level.segment = Number(level.segment) + 1;
        break;
      case Token.colon:
        break;
      default:
        if (!level?.expectsKey) return visitor.value(levels, from, to);
        level.segment = textOf();
        level.keyFrom = from;
        level.expectsKey = false;
        visitor.key?.(levels, level.segment);
    }
  });
}

/** The same JSON without white space between its tokens: numbers and escapes stay as they are. */
export function withoutSpace(text: string): string {
  let compact = '';
  let from = 0;
  let end = 0;
  eachToken(text, (_token, start, to) => {
    if (start > end) {
      compact += text.slice(from, end);
      from = start;
    }
    end = to;
  });
  return compact + text.slice(from, end);
}

/** @param visit `textOf` gives a string without its quotation marks and escapes */
function eachToken(
  text: string,
  visit: (token: number, from: number, to: number, textOf: () => string) => void,
): void {
  const scanner = createScanner(text, true);
  for (let token: number = scanner.scan(); token !== Token.end; token = scanner.scan()) {
    const from = scanner.getTokenOffset();
    visit(token, from, from + scanner.getTokenLength(), scanner.getTokenValue);
  }
}

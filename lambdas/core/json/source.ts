// Reads JSON without losing its source text: where `data` stands in the body, so that its exact bytes
// can be kept, and which objects repeat a key, which JSON.parse would pass over in silence.
import { createScanner } from 'jsonc-parser';
import { type Fault, pointer } from '../problem.ts';

/** Arrays and objects may be nested so deep; deeper bodies are refused. */
export const MAX_JSON_DEPTH = 100;

/** More faults than this help nobody. */
const MAX_FAULTS = 100;
/** How much of the path of something nested too deep is shown. */
const PATH_SEGMENTS_SHOWN = 4;

/** jsonc-parser's token kinds, whose own enum is erased when it is compiled. */
const Token = {
  openBrace: 1,
  closeBrace: 2,
  openBracket: 3,
  closeBracket: 4,
  comma: 5,
  colon: 6,
  string: 10,
  end: 17,
} as const;

/** Where `data` may stand: in the body itself, or in `events/<index>`. */
const DATA_DEPTHS = [1, 3];

export type JsonReading =
  | { readonly kind: 'read'; readonly value: unknown; readonly source: JsonSource }
  | { readonly kind: 'unreadable'; readonly detail: string };

export interface JsonSource {
  /** Keys that stand twice in one object, and nesting that is too deep. */
  readonly faults: readonly Fault[];
  /** The source text of a member named `data`, by the JSON Pointer of its object (`''` is the root). */
  readonly dataTexts: ReadonlyMap<string, string>;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Decodes and parses a body.
 * @param body bytes that should be UTF-8 (RFC 8259, section 8.1; a byte order mark is refused)
 */
export function readJson(body: Uint8Array): JsonReading {
  let text: string;
  try {
    text = utf8.decode(body);
  } catch {
    return { kind: 'unreadable', detail: 'The body is not valid UTF-8.' };
  }
  try {
    const value: unknown = JSON.parse(text);
    return { kind: 'read', value, source: locate(text) };
  } catch (error) {
    // V8 quotes the body in its message: keep only the reason and the place, never the content.
    const place = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined;
    const where = place === undefined ? '' : ` (at character ${place})`;
    return { kind: 'unreadable', detail: `The body is not valid JSON${where}.` };
  }
}

interface Level {
  readonly isObject: boolean;
  /** The keys seen so far; undefined in arrays, and in objects that are nested too deep. */
  readonly keys: Set<string> | undefined;
  /** The present key or index: the last segment of the path. */
  segment: string | number;
  /** Whether the next string is a key. */
  expectsKey: boolean;
}

/** Walks tokens without recursion: the text is known to be valid JSON, but may be nested to any depth. */
function locate(text: string): JsonSource {
  const scanner = createScanner(text, true);
  const levels: Level[] = [];
  const faults: Fault[] = [];
  const dataTexts = new Map<string, string>();
  const started = new Map<number, number>();

  const report = (path: string, message: string): void => {
    if (faults.length < MAX_FAULTS) faults.push({ path, message });
  };
  const begin = (offset: number): void => {
    const level = levels.at(-1);
    if (level?.isObject && level.segment === 'data' && DATA_DEPTHS.includes(levels.length)) {
      started.set(levels.length, offset);
    }
  };
  const end = (offset: number): void => {
    const from = started.get(levels.length);
    if (from === undefined) return;
    started.delete(levels.length);
    dataTexts.set(
      pointer(levels.slice(0, -1).map((level) => level.segment)),
      text.slice(from, offset),
    );
  };

  for (let token: number = scanner.scan(); token !== Token.end; token = scanner.scan()) {
    const level = levels.at(-1);
    switch (token) {
      case Token.openBrace:
      case Token.openBracket: {
        begin(scanner.getTokenOffset());
        const isObject = token === Token.openBrace;
        const keys = isObject && levels.length < MAX_JSON_DEPTH ? new Set<string>() : undefined;
        levels.push({ isObject, keys, segment: 0, expectsKey: isObject });
        if (levels.length === MAX_JSON_DEPTH + 1) {
          const start = levels.slice(0, PATH_SEGMENTS_SHOWN).map((entry) => entry.segment);
          report(pointer(start), `is nested deeper than ${MAX_JSON_DEPTH} levels`);
        }
        break;
      }
      case Token.closeBrace:
      case Token.closeBracket:
        levels.pop();
        end(scanner.getTokenOffset() + scanner.getTokenLength());
        break;
      case Token.comma:
        if (!level) break;
        if (level.isObject) level.expectsKey = true;
        else level.segment = Number(level.segment) + 1;
        break;
      case Token.colon:
        break;
      case Token.string:
        if (level?.expectsKey) {
          const key = scanner.getTokenValue();
          level.segment = key;
          level.expectsKey = false;
          if (level.keys?.has(key)) {
            report(pointer(levels.map((entry) => entry.segment)), 'stands twice in its object');
          }
          level.keys?.add(key);
          break;
        }
        begin(scanner.getTokenOffset());
        end(scanner.getTokenOffset() + scanner.getTokenLength());
        break;
      default:
        begin(scanner.getTokenOffset());
        end(scanner.getTokenOffset() + scanner.getTokenLength());
    }
  }
  return { faults, dataTexts };
}

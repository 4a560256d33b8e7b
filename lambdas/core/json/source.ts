// Reads JSON without losing its source text: the position of `data` in the body, so that its exact bytes can be kept,
// and the objects that repeat a key, which JSON.parse accepts silently.
import { type Fault, pointer } from '../problem.ts';
import { type Level, walkJson } from './walk.ts';

/** Arrays and objects may be nested so deep; deeper bodies are refused. */
export const MAX_JSON_DEPTH = 100;

/** More faults than this help nobody. */
const MAX_FAULTS = 100;
const ILL_FORMED = 'must be well-formed Unicode';
/** How much of the path of something nested too deep is shown. */
const PATH_SEGMENTS_SHOWN = 4;

/** Where `data` may be: in the body itself, or in `events/<index>`. */
const DATA_DEPTHS = [1, 3];

type JsonReading =
  | { readonly kind: 'read'; readonly value: unknown; readonly source: JsonSource }
  | { readonly kind: 'unreadable'; readonly detail: string };

export interface JsonSource {
  /** Keys that are repeated in one object, nesting that is too deep, and outside of data, what cannot be kept. */
  readonly faults: readonly Fault[];
  /** Whether the nesting is one of them: then nothing may go through the value, which would overflow the stack. */
  readonly isTooDeep: boolean;
  /** The source text of a member named `data`, by the JSON Pointer of its object (`''` is the root). */
  readonly dataTexts: ReadonlyMap<string, string>;
}

/** The samples of transformations that were read, for as long as they are used: their numbers may have lost digits. */
const sampleTexts = new WeakMap<object, string>();

/** The source text of a sample of data, or else what it would be written as. */
export const sampleText = (sample: object): string =>
  sampleTexts.get(sample) ?? JSON.stringify(sample);

const memberOf = (value: unknown, segment: string | number): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, segment) : undefined;

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
    const { sample, ...source } = locate(text);
    const data = sample?.path.reduce(memberOf, value);
    if (sample && typeof data === 'object' && data !== null) sampleTexts.set(data, sample.text);
    return { kind: 'read', value, source };
  } catch (error) {
    // V8 quotes the body in its message: keep only the reason and the place, never the content.
    const place = error instanceof Error ? /position (\d+)/.exec(error.message)?.[1] : undefined;
    const where = place === undefined ? '' : ` (at character ${place})`;
    return { kind: 'unreadable', detail: `The body is not valid JSON${where}.` };
  }
}

interface Sample {
  readonly path: readonly (string | number)[];
  readonly text: string;
}

/** @param text valid JSON */
function locate(text: string): JsonSource & { readonly sample: Sample | undefined } {
  const faults: Fault[] = [];
  /** A body has one. */
  let sample: Sample | undefined;
  const dataTexts = new Map<string, string>();
  // The bytes are valid UTF-8: only escapes can leave half a character.
  const hasSurrogates = /\\u[dD][89a-fA-F]/.test(text);
  let isTooDeep = false;
  /** The keys of each object around the current position; none where the nesting is too deep. */
  const seen: Set<string>[] = [];

  const report = (levels: readonly Level[], message: string): void => {
    if (faults.length < MAX_FAULTS) faults.push({ path: pathOf(levels), message });
  };
  walkJson(text, {
    open(levels) {
      const depth = levels.length;
      if (depth <= MAX_JSON_DEPTH && levels.at(-1)?.isObject) seen[depth] = new Set();
      if (depth !== MAX_JSON_DEPTH + 1) return;
      isTooDeep = true;
      const start = levels.slice(0, PATH_SEGMENTS_SHOWN);
      report(start, `is nested deeper than ${MAX_JSON_DEPTH} levels`);
    },
    key(levels, key) {
      const keys = seen[levels.length];
      if (keys?.has(key)) report(levels, 'is repeated in its object');
      keys?.add(key);
      // Whatever copies an object drops such a member in silence; data is kept as text, and may have it.
      const isKept = levels.some(({ segment }) => segment === 'data');
      if (key === '__proto__' && !isKept) report(levels, 'is not a name that can be used');
      // The body's own members are known, or refused by their names with all other faults.
      if (!isKept && levels.length > 1 && !key.isWellFormed()) report(levels, ILL_FORMED);
    },
    value(levels, from, to) {
      if (
        hasSurrogates &&
        text[from] === '"' &&
        !levels.some(({ segment }) => segment === 'data')
      ) {
        const value: string = JSON.parse(text.slice(from, to));
        if (!value.isWellFormed()) report(levels, ILL_FORMED);
      }
      const name = levels.at(-1)?.segment;
      if (name === 'sample' && levels.at(-2)?.segment === 'transform') {
        sample ??= { path: levels.map(({ segment }) => segment), text: text.slice(from, to) };
      }
      if (name !== 'data' || !DATA_DEPTHS.includes(levels.length)) return;
      dataTexts.set(pathOf(levels.slice(0, -1)), text.slice(from, to));
    },
  });
  return { faults, isTooDeep, dataTexts, sample };
}

const pathOf = (levels: readonly Level[]): string => pointer(levels.map(({ segment }) => segment));

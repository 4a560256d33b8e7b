// Writes values as JSON, and stops while it writes: a result may hold the same large value a thousand times, which takes
// nothing before it is written.
import { MAX_JSON_DEPTH } from '../json/source.ts';
import { TransformFailure } from './failure.ts';
import type { Work } from './work.ts';

/** Of the result, in bytes of UTF-8: as of an event’s data. */
export const MAX_OUTPUT_BYTES = 256 * 1024;

interface Writing {
  readonly work: Work;
  /** How many significant digits of a number are kept. */
  readonly digits?: number;
}

/**
 * @param value of objects, arrays and plain values
 * @throws OverBudgetError; TransformFailure where it is too large, too deep, or holds a number that is none in JSON
 */
export function writeJson(value: unknown, { work, digits }: Writing): string {
  const parts: string[] = [];
  let bytes = 0;
  const put = (text: string): void => {
    bytes += Buffer.byteLength(text);
    if (bytes > MAX_OUTPUT_BYTES) {
      throw new TransformFailure(`the result has more than ${MAX_OUTPUT_BYTES} bytes`);
    }
    work.takeText(text.length);
    parts.push(text);
  };
  const putText = (text: string, before = '', after = ''): void => {
    // Before its escapes are written, which take six times as much.
    if (bytes + text.length > MAX_OUTPUT_BYTES) put(text);
    put(`${before}${JSON.stringify(text)}${after}`);
  };
  const putValue = (one: unknown, depth: number): void => {
    if (typeof one === 'string') putText(one);
    else if (typeof one === 'number') put(numberText(one, digits));
    else if (typeof one !== 'object' || one === null) put(String(one ?? null));
    else if (depth === MAX_JSON_DEPTH) {
      throw new TransformFailure(`the result is nested deeper than ${MAX_JSON_DEPTH} levels`);
    } else if (Array.isArray(one)) putEntries(one, depth);
    else putMembers(one, depth);
  };
  const putEntries = (entries: readonly unknown[], depth: number): void => {
    put('[');
    for (const [index, entry] of entries.entries()) {
      if (index > 0) put(',');
      putValue(entry, depth + 1);
    }
    put(']');
  };
  const putMembers = (object: object, depth: number): void => {
    put('{');
    for (const [index, [name, member]] of Object.entries(object).entries()) {
      putText(name, index > 0 ? ',' : '', ':');
      putValue(member, depth + 1);
    }
    put('}');
  };
  putValue(value, 0);
  return parts.join('');
}

function numberText(value: number, digits: number | undefined): string {
  if (!Number.isFinite(value)) throw new TransformFailure('a number is out of range');
  return JSON.stringify(digits === undefined ? value : Number(value.toPrecision(digits)));
}

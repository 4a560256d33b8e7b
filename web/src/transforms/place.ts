// Where in a source a mistake is, of what the API says about it.
export interface Place {
  /** In characters from the beginning. */
  readonly at: number;
  /** Counted from 1. */
  readonly line: number;
  readonly column: number;
  /** The line, up to the place, at it, and after it. */
  readonly before: string;
  readonly mark: string;
  readonly after: string;
  /** What is wrong there. */
  readonly words: string;
}

const PLACE = / \(at character (\d+)\)$/;

/** @returns undefined for what belongs to no place, such as a source that is too long */
export function placeOf(source: string, message: string): Place | undefined {
  const found = PLACE.exec(message);
  if (!found) return undefined;
  const at = Math.min(Number(found[1]), source.length);
  const head = source.slice(0, at).split('\n');
  const before = head.at(-1) ?? '';
  const rest = source.slice(at).split('\n')[0] ?? '';
  return {
    at,
    line: head.length,
    column: before.length + 1,
    before,
    mark: rest.slice(0, 1) || ' ',
    after: rest.slice(1),
    words: message.slice(0, found.index),
  };
}

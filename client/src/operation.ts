// Which operation a request is, by its method and path, and whether an answer is one of it.
import { ANSWERS, type Shape } from './answers.ts';
import { KEYED_POSTS } from './keyed-posts.ts';

export interface Operation {
  readonly takesKey: boolean;
  /** By status. */
  readonly answers: Readonly<Record<string, Shape>>;
}

const OPERATIONS = Object.entries(ANSWERS).map(([name, answers]) => {
  const [method, path = ''] = name.split(' ');
  const takesKey = method === 'POST' && KEYED_POSTS.includes(path);
  return { method, segments: path.split('/'), operation: { takesKey, answers } };
});

/** Undefined for a route that the document does not describe. @param path without the service's address */
export function operationOf(method: string, path: string): Operation | undefined {
  const given = path.split('/');
  const fits = (segment: string, at: number) => segment === given[at] || segment.startsWith('{');
  const found = OPERATIONS.filter(
    (one) =>
      one.method === method && one.segments.length === given.length && one.segments.every(fits),
  );
  // `keys/current` is also `keys/{id}`: the one with more words of its own is meant.
  const words = ({ segments }: (typeof OPERATIONS)[number]) =>
    segments.filter((one) => !one.startsWith('{')).length;
  return found.sort((one, other) => words(other) - words(one))[0]?.operation;
}

/**
 * What is wrong with a good answer, or undefined. `cut`: it may have been whole when it was sent.
 * @param text its body
 */
export function wrongIn(
  { answers }: Operation,
  status: number,
  text: string,
): { readonly what: string; readonly isCut: boolean } | undefined {
  const shape = answers[status];
  const wrong = (what: string, isCut = false) => ({ what, isCut });
  if (shape === undefined) return wrong(`its status is ${status}`);
  if (shape === 'text') return undefined;
  if (shape === null) return text === '' ? undefined : wrong('it has a body');
  if (text === '') return wrong('it is empty', true);
  const value = parsed(text);
  if (value === undefined) return wrong('it is not JSON', /^\s*[{[]/.test(text));
  const members: Readonly<Record<string, unknown>> = Object(value);
  const missing = Object.entries(shape).find(
    ([name, types]) =>
      !Object.hasOwn(members, name) ||
      !(types.includes('any') || types.includes(typeOf(members[name]))),
  );
  if (missing) return wrong(`its ${missing[0]} is missing, or something else`);
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isObject ? undefined : wrong('it is no JSON object');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

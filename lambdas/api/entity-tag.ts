// `ETag` and `If-Match` (RFC 9110, sections 8.8.3 and 13.1.1): a tag is the version of what is changed, so that
// nobody overwrites a change that he has not seen. Health is not part of the version.
import { createHash } from 'node:crypto';
import type { Endpoint } from '../core/endpoints/endpoint.ts';
import { Problem } from '../core/problem.ts';
import type { AppContext } from '../http/authentication.ts';
import { refused } from '../http/body.ts';

const TAG_LIST = /^\s*(\*|(W\/)?"[\x21\x23-\x7e]*"(\s*,\s*(W\/)?"[\x21\x23-\x7e]*")*)\s*$/;
const TAG = /(W\/)?"[\x21\x23-\x7e]*"/g;

const HASH_LENGTH = 16;

type Tag = { readonly ETag: string };

export function tagged({ version }: Pick<Endpoint, 'version'>): Tag {
  return { ETag: `"${version}"` };
}

/** Of what is named by its caller: a name may be given again, so the content tells what is meant. */
export function taggedByContent(document: object): Tag {
  const hash = createHash('sha256').update(JSON.stringify(document)).digest('base64url');
  return { ETag: `"${hash.slice(0, HASH_LENGTH)}"` };
}

/**
 * @param seen none where there is nothing of the name, which matches no tag and not `*`
 * @throws Problem 412 if the request knows another version, and 422 if its `If-Match` is no list of tags
 */
export function requireMatch(c: AppContext, seen: Tag | undefined): void {
  const given = c.req.header('If-Match');
  if (given === undefined) return;
  if (!TAG_LIST.test(given)) {
    throw refused([{ path: 'If-Match', message: 'must be * or entity tags, such as "1"' }]);
  }
  if (!seen) throw staleProblem();
  if (given.trim() === '*') return;
  // The comparison is the strong one: a weak tag matches nothing.
  const tags: readonly string[] = given.match(TAG) ?? [];
  if (!tags.includes(seen.ETag)) throw staleProblem(seen);
}

/** Somebody was faster between the reading and the writing. */
export function overtaken(c: AppContext): Problem {
  return c.req.header('If-Match') === undefined
    ? new Problem(409, 'It was changed in the meantime: try again.')
    : staleProblem();
}

function staleProblem(headers: Readonly<Record<string, string>> = {}): Problem {
  const detail = 'The version has changed: read the resource again, and send its current ETag.';
  return new Problem(
    412,
    detail,
    [{ path: 'If-Match', message: 'does not match the current version' }],
    headers,
  );
}

export const STALE = '`If-Match` does not name the current version.';

export const tagHeader = { ETag: 'The version: send it as `If-Match` with the next change.' };

export const matchHeader = {
  'If-Match':
    'The `ETag` of the version to change. If it is not the current one, the answer is 412.',
};

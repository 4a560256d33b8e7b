// Answers of a service that means harm, or is somebody else: for the client and the command line.
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

/** Sets the title, clears the screen, forges a line, turns the direction of text, hides characters. */
export const ESCAPES =
  '\u001b]0;title\u0007\u001b[2J\r\nFORGED\u2028FORGED\u202e\u009b31m\u200b\u007f\u{e0001}';
/** What a terminal acts on, or does not show. */
export const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** More than any answer may be. */
const BOMB_BYTES = 64 * 1024 * 1024;
const bomb = gzipSync(Buffer.alloc(BOMB_BYTES, ' '), { level: 1 });

export interface Attack {
  readonly write: (response: ServerResponse, elsewhere: string) => void;
  /** `refused`: the service said no. `broken`: what came is no answer. `text`: it is one only where any text is. */
  readonly expected: 'refused' | 'broken' | 'text';
}

const of = (
  expected: Attack['expected'],
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string | Buffer,
): Attack => ({ expected, write: (response) => response.writeHead(status, headers).end(body) });
const HTML = { 'content-type': 'text/html' };
const JSON_TYPE = { 'content-type': 'application/json' };

const redirects = Object.fromEntries(
  [301, 302, 303, 307, 308].map((status): [string, Attack] => [
    `redirects with ${status}`,
    {
      expected: 'broken',
      write: (response, elsewhere) =>
        response.writeHead(status, { location: `${elsewhere}/stolen`, refresh: '0' }).end(),
    },
  ]),
);

const PROBLEM = {
  type: ESCAPES,
  title: ESCAPES,
  detail: ESCAPES,
  requestId: ESCAPES,
  errors: [{ path: ESCAPES, message: ESCAPES }],
};
const problem = (status: number): Attack =>
  of(
    'refused',
    status,
    { 'content-type': 'application/problem+json' },
    JSON.stringify({ ...PROBLEM, status }),
  );

export const ANSWER_ATTACKS: Readonly<Record<string, Attack>> = {
  ...redirects,
  'refuses in escapes': problem(422),
  'knows no key, in escapes': problem(401),
  'fails in escapes': problem(503),
  'refuses in HTML': of('refused', 400, HTML, `<html>${ESCAPES}`),
  'refuses with other members': of(
    'refused',
    400,
    JSON_TYPE,
    JSON.stringify({ title: [ESCAPES], detail: { [ESCAPES]: 1 }, message: 5 }),
  ),
  'answers HTML': of('text', 200, HTML, `${ESCAPES}<html>`),
  'answers JSON that is cut off': of('text', 200, JSON_TYPE, `{"id":"${'a'.repeat(50)}`),
  'answers a status that there is not': of('broken', 999, HTML, ESCAPES),
  'promises more than it sends': {
    expected: 'broken',
    write(response) {
      response.writeHead(200, { ...JSON_TYPE, 'content-length': '100' }).write('{');
      setImmediate(() => response.destroy());
    },
  },
  'sends headers of a megabyte': of('broken', 200, { 'x-large': 'x'.repeat(1_000_000) }, '{}'),
};

/** Each takes as long as the most that is read. */
export const LARGE_ANSWERS: Readonly<Record<string, Attack>> = {
  'answers without end': {
    expected: 'broken',
    write(response) {
      response.writeHead(200, JSON_TYPE);
      const chunk = Buffer.alloc(1024 * 1024, ' ');
      const more = (): void => {
        while (!response.destroyed) {
          if (!response.write(chunk)) return void response.once('drain', more);
        }
      };
      more();
    },
  },
  'answers a gzip bomb': of('broken', 200, { ...JSON_TYPE, 'content-encoding': 'gzip' }, bomb),
  'refuses with a gzip bomb': of('broken', 400, { ...JSON_TYPE, 'content-encoding': 'gzip' }, bomb),
};

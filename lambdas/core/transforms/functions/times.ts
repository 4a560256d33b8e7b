// Times, as ISO 8601 in UTC and as milliseconds since 1970: https://docs.jsonata.org/date-time-functions
import { TransformFailure } from '../failure.ts';
import type { Declared } from './signature.ts';

/** https://tc39.es/ecma262/#sec-date-time-string-format */
const ISO = /^\d{4}(-[01]\d)?(-[0-3]\d)?(T[0-2]\d:[0-5]\d(:[0-5]\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/;

export const ON_TIMES = {
  fromMillis: {
    parameters: [{ kinds: ['number'], isContext: true }],
    run: ([millis]: readonly [number?]) => {
      if (millis === undefined) return undefined;
      const time = new Date(millis);
      if (!Number.isNaN(time.getTime())) return time.toISOString();
      throw new TransformFailure('$fromMillis is called with a number that is no time');
    },
  },
  toMillis: {
    parameters: [{ kinds: ['string'], isContext: true }],
    run: ([text]: readonly [string?], work) => {
      if (text === undefined) return undefined;
      work.takeText(text.length);
      const [isIso, , , time, , , zone] = ISO.exec(text) ?? [];
      // Without a zone it is UTC, wherever this runs.
      const isLocal = time !== undefined && zone === undefined;
      const millis = isIso ? Date.parse(isLocal ? `${text}Z` : text) : Number.NaN;
      if (!Number.isNaN(millis)) return millis;
      throw new TransformFailure('$toMillis is called with a text that is no time of ISO 8601');
    },
  },
} as const satisfies Readonly<Record<string, Declared>>;

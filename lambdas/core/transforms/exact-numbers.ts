// Numbers that JSON can hold and JavaScript cannot: a transformation reads the data, and writes them with other digits.

import { walkJson } from '../json/walk.ts';
import { pointer } from '../problem.ts';

/** More of them help nobody. */
const MAX_PATHS = 5;

/**
 * Where a JSON text has numbers that lose digits, as JSON Pointers.
 * @param isSample others of its kind may have digits that it has not: each whole number above 2^53 counts
 */
export function inexactNumbersIn(text: string, { isSample = false } = {}): string[] {
  const paths: string[] = [];
  walkJson(text, {
    value(levels, from, to) {
      const token = text.slice(from, to);
      if (paths.length === MAX_PATHS || !/^-?\d/.test(token)) return;
      const isUnsafe = /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token));
      if ((isSample && isUnsafe) || digitsOf(token) !== digitsOf(String(Number(token)))) {
        paths.push(pointer(levels.map(({ segment }) => segment)));
      }
    },
  });
  return paths;
}

/** A number’s digits without zeros at either end, and where its point is. */
function digitsOf(token: string): string {
  const [mantissa = '', exponent = '0'] = token.toLowerCase().replace('-', '').split('e');
  const [whole = '', fraction = ''] = mantissa.split('.');
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  // By `/0+$/` it would be tried at every zero.
  let end = digits.length;
  while (digits.charAt(end - 1) === '0') end--;
  const kept = digits.slice(0, end);
  if (kept === '') return '0';
  const point = Number(exponent) - fraction.length + (digits.length - kept.length);
  return `${kept}e${point}`;
}

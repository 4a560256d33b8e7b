// The functions that a transformation may call. Not among them: what gives another value each time ($now, $random), what
// takes or makes code ($map, $eval), what makes much of little ($pad), and pictures of numbers and times.
import { ON_ARRAYS } from './arrays.ts';
import { ON_NUMBERS } from './numbers.ts';
import { ON_OBJECTS } from './objects.ts';
import type { Implementation } from './signature.ts';
import { declared } from './signature.ts';
import { ON_STRINGS } from './strings.ts';
import { ON_TIMES } from './times.ts';

const DECLARED = { ...ON_STRINGS, ...ON_NUMBERS, ...ON_ARRAYS, ...ON_OBJECTS, ...ON_TIMES };

/** Without a prototype: `constructor` is none of them. */
export const FUNCTIONS: Readonly<Record<string, Implementation>> = Object.assign(
  Object.create(null),
  Object.fromEntries(Object.entries(DECLARED).map(([name, one]) => [name, declared(name, one)])),
);

// The functions on objects: https://docs.jsonata.org/object-functions
import { memberOf } from '../select.ts';
import { Sequence } from '../sequence.ts';
import { isObject, type JsonObject, newObject } from '../values.ts';
import type { Work } from '../work.ts';
import type { Declared } from './signature.ts';
import { kindOf } from './signature.ts';

const ANY = { isContext: true } as const;

export const ON_OBJECTS = {
  keys: {
    parameters: [ANY],
    run: ([value]: readonly [unknown], work) => {
      const names = new Set<string>();
      const add = (one: unknown): void => {
        work.take();
        if (Array.isArray(one)) for (const each of one) add(each);
        else if (isObject(one)) {
          const own = Object.keys(one);
          work.take(own.length);
          for (const name of own) names.add(name);
        }
      };
      add(value);
      const found = new Sequence();
      for (const name of names) found.push(name);
      return found;
    },
  },
  lookup: {
    parameters: [ANY, { kinds: ['string'] }],
    run: ([value, name]: readonly [unknown, string?], work) =>
      name === undefined ? undefined : memberOf(value, name, work),
  },
  spread: {
    parameters: [ANY],
    run: ([value]: readonly [unknown], work) => spread(value, work),
  },
  merge: {
    parameters: [{ kinds: ['array'], of: 'object' }],
    run: ([list]: readonly [(readonly JsonObject[])?], work) => {
      if (!list) return undefined;
      const merged = newObject();
      for (const one of list) {
        for (const [name, member] of Object.entries(one)) {
          work.take();
          merged[name] = member;
        }
      }
      return merged;
    },
  },
  type: {
    parameters: [{}],
    run: ([value]: readonly [unknown]) => (value === undefined ? undefined : kindOf(value)),
  },
} as const satisfies Readonly<Record<string, Declared>>;

/** An object for each member. */
function spread(value: unknown, work: Work): unknown {
  const isList = Array.isArray(value) && value.some((one) => one !== undefined);
  const found: unknown[] = isList ? [] : new Sequence();
  const add = (one: unknown): void => {
    work.take();
    if (Array.isArray(one)) for (const each of one) add(each);
    else if (one === undefined) return;
    else if (!isObject(one)) found.push(one);
    else {
      for (const [name, member] of Object.entries(one)) {
        work.take(2);
        const single = newObject();
        single[name] = member;
        found.push(single);
      }
    }
  };
  if (!isObject(value) && !Array.isArray(value)) return value;
  add(value);
  return found;
}

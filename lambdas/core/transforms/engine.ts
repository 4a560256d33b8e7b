// Compiles and runs transformations. Loaded on demand, with RE2: what has no transformation does not start slower.
import { type Event, occurredAtMs } from '../events/event.ts';
import { memoized } from '../recent.ts';
import { within } from '../steps.ts';
import { evaluate } from './evaluate.ts';
import { TransformFailure } from './failure.ts';
import type { Expression } from './syntax/expression.ts';
import { SyntaxFault } from './syntax/fault.ts';
import { parse } from './syntax/parse.ts';
import { isObject } from './values.ts';
import { MAX_STEPS, Work } from './work.ts';
import { writeJson } from './write-json.ts';

export type Transformed =
  | { readonly kind: 'transformed'; readonly data: string }
  /** @property reason may be shown to a tenant, and holds nothing of the data */
  | { readonly kind: 'failed'; readonly reason: string };

/** What a transformation sees of an event beside its data, as `$event`. */
type Facts = Pick<Event, 'id' | 'type' | 'acceptedAtMs' | 'occurredAt' | 'subject' | 'channels'>;

/** More than a batch of deliveries has. One of 2 KB takes some 200 KB. */
const MAX_COMPILED = 100;
/** @throws SyntaxFault */
const compile = memoized<Expression>(MAX_COMPILED, parse);

/** Why a source cannot be saved. */
export function faultOfSource(source: string): string | undefined {
  try {
    compile(source);
    return undefined;
  } catch (error) {
    if (!(error instanceof SyntaxFault)) throw error;
    return `${error.message} (at character ${error.at})`;
  }
}

/**
 * The data as its endpoint gets it. The same source and event give the same bytes, always.
 * @param data the source text of a JSON object
 */
export function transformData(
  source: string,
  event: Facts & { readonly data: string },
): Transformed {
  const run = (): Transformed => {
    const work = new Work();
    const root: unknown = JSON.parse(event.data);
    const setting = { root, event: factsOf(event), work };
    const result = evaluate(compile(source), root, setting);
    if (!isObject(result)) return failed('the result is no object');
    return { kind: 'transformed', data: writeJson(result, { work }) };
  };
  try {
    return within(run, failed(`it takes more than ${MAX_STEPS} steps with this data`));
  } catch (error) {
    if (error instanceof TransformFailure || error instanceof SyntaxFault) {
      return failed(error.message);
    }
    throw error;
  }
}

const failed = (reason: string): Transformed => ({ kind: 'failed', reason });

function factsOf(event: Facts) {
  const { id, type, channels, subject = null } = event;
  const time = new Date(occurredAtMs(event)).toISOString();
  return { id, type, time, subject, channels };
}

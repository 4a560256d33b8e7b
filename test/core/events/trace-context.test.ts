import { describe, expect, it } from 'vitest';
import { parseTraceContext, traceHeaders } from '../../../lambdas/core/events/trace-context.ts';

/** The example of the specification, section 3.2.2.5. */
const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = `00-${TRACE_ID}-00f067aa0ba902b7-01`;
const STATE = 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE';

describe('a producer’s trace', () => {
  it('is taken with its state', () => {
    expect(parseTraceContext(PARENT, STATE)).toEqual({ parent: PARENT, state: STATE });
    expect(parseTraceContext(PARENT, undefined)).toEqual({ parent: PARENT });
  });

  it('of a later version is read as far as this one goes', () => {
    expect(parseTraceContext(`cc${PARENT.slice(2)}-what-comes`, undefined)).toEqual({
      parent: PARENT,
    });
  });

  it.each([
    ['nothing', undefined],
    ['an empty text', ''],
    ['version ff', `ff${PARENT.slice(2)}`],
    ['more than version 00 has', `${PARENT}-00`],
    ['capital letters', PARENT.toUpperCase()],
    ['a trace id of zeroes', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`],
    ['a parent id of zeroes', `00-${TRACE_ID}-${'0'.repeat(16)}-01`],
    ['two of them', `${PARENT}, ${PARENT}`],
    ['one that is too long', `cc${PARENT.slice(2)}-${'a'.repeat(300)}`],
    ['a second line', `${PARENT}\nX: y`],
  ])('is left out when it is %s', (_, traceparent) => {
    expect(parseTraceContext(traceparent, STATE)).toBeUndefined();
  });

  it.each([
    ['too long', `a=${'b'.repeat(511)}`],
    ['of too many members', Array.from({ length: 33 }, (_, n) => `k${n}=v`).join(',')],
    ['without a value', 'rojo'],
    ['with a capital key', 'Rojo=1'],
    ['with a control character', 'rojo=1\n2'],
    ['empty', ''],
    ['of commas only', ',,'],
  ])('loses a state that is %s, and nothing else', (_, state) => {
    expect(parseTraceContext(PARENT, state)).toEqual({ parent: PARENT });
  });
});

describe('a receiver', () => {
  const id = Buffer.from('0011223344556677', 'hex');

  it('gets the trace with the attempt as its parent, and the state as it came', () => {
    expect(traceHeaders({ parent: PARENT, state: STATE }, id)).toEqual([
      ['traceparent', `00-${TRACE_ID}-0011223344556677-01`],
      ['tracestate', STATE],
    ]);
    expect(traceHeaders({ parent: PARENT }, id).length).toBe(1);
  });

  it('never gets a parent of zeroes', () => {
    const [[, value] = []] = traceHeaders({ parent: PARENT }, Buffer.alloc(8));
    expect(parseTraceContext(value, undefined)).toBeDefined();
  });
});

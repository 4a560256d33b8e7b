// What attacks are made of: as large as a request may be.
export const MAX_BYTES = 256 * 1024;
/** Of an event's data: some bytes are for what is around it. */
export const MAX_DATA_BYTES = MAX_BYTES - 100;
/** What holds the entries of an attack takes less. */
const AROUND_BYTES = 300;

export const list = <T>(length: number, of: (index: number) => T): T[] =>
  Array.from({ length }, (_, index) => of(index));

export const members = (length: number, of: (index: number) => [string, unknown]): object =>
  Object.fromEntries(list(length, of));

/** As many as an event holds beside its own text. */
export function filling<T>(of: (index: number) => T): T[] {
  const bytes = JSON.stringify(of(99_999)).length + 1;
  return list(Math.floor((MAX_DATA_BYTES - AROUND_BYTES) / bytes), of);
}

export const text = (unit: string, end = ''): string =>
  unit.repeat(Math.floor((MAX_DATA_BYTES - AROUND_BYTES - end.length) / Buffer.byteLength(unit))) +
  end;

/** Nested as deep as the API takes it. */
export function nested(depth: number, of: unknown, around: (inner: unknown) => unknown): unknown {
  let value = of;
  for (let at = 0; at < depth; at++) value = around(value);
  return value;
}

/** The names of attacks of which none is as large as an event may be. */
export const smallOnesOf = (attacks: readonly (readonly [string, readonly unknown[]])[]) =>
  attacks
    .filter(([, all]) => all.every((one) => JSON.stringify(one).length < 0.75 * MAX_BYTES))
    .map(([name]) => name);

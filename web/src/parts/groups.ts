// A table of many rows draws only the groups near what is looked at; the others are gaps of the same height. Heights are
// set by script, which the page's policy allows.
import type { RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Rows in a group. */
export const GROUP = 50;
/** So many groups are always drawn. */
const FEW = 2;
/** Until one was measured. */
const HEIGHT_PX = 2000;

export interface Groups {
  readonly count: number;
  /** Whether some may be gaps. */
  readonly areMany: boolean;
  readonly isDrawn: (group: number) => boolean;
  /** For the table, each of whose bodies is a group. */
  readonly table: RefObject<HTMLTableElement | null>;
  readonly onFocusIn: (event: FocusEvent) => void;
}

export function useGroups(rows: number): Groups {
  const count = Math.ceil(rows / GROUP);
  const table = useRef<HTMLTableElement>(null);
  const heights = useRef(new Map<number, number>());
  const [inSight, setInSight] = useState<ReadonlySet<number>>(new Set());
  // What has the focus keeps it while something else is looked at, and Tab goes on from there.
  const [focused, setFocused] = useState(0);
  const [isPrinting, setPrinting] = useState(false);
  const areMany = count > FEW;
  const bodies = () => [...(table.current?.tBodies ?? [])];
  const isDrawn = (group: number) =>
    !areMany || isPrinting || [focused, ...inSight].some((at) => Math.abs(at - group) <= 1);

  useEffect(() => {
    if (!areMany) return;
    const all = bodies();
    // In a frame as high as its page, this still knows what the window around it shows.
    const observer = new IntersectionObserver((entries) =>
      setInSight((before) => {
        const after = new Set(before);
        for (const { target, isIntersecting } of entries) {
          const at = all.indexOf(target as HTMLTableSectionElement);
          if (isIntersecting) after.add(at);
          else after.delete(at);
        }
        return after;
      }),
    );
    for (const body of all) observer.observe(body);
    return () => observer.disconnect();
  }, [count]);

  useEffect(() => {
    if (!areMany) return;
    const begin = () => setPrinting(true);
    const end = () => setPrinting(false);
    addEventListener('beforeprint', begin);
    addEventListener('afterprint', end);
    return () => {
      removeEventListener('beforeprint', begin);
      removeEventListener('afterprint', end);
    };
  }, [areMany]);

  useLayoutEffect(() => {
    const all = bodies();
    const known = [...heights.current.values()];
    const mean = known.reduce((sum, px) => sum + px / known.length, 0) || HEIGHT_PX;
    for (const [at, { style }] of all.entries())
      style.height = isDrawn(at) ? '' : `${heights.current.get(at) ?? mean}px`;
    if (!areMany) return;
    for (const [at, body] of all.entries())
      if (isDrawn(at)) heights.current.set(at, body.getBoundingClientRect().height);
  }, [rows, inSight, focused, isPrinting]);

  return {
    count,
    areMany,
    isDrawn,
    table,
    onFocusIn: ({ target }) => {
      const at = bodies().findIndex((body) => body.contains(target as Node));
      if (at >= 0) setFocused(at);
    },
  };
}

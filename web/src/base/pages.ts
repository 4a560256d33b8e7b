// Lists that come in pages. A page may be short or empty although there are more: those are followed at once, for a
// while. What comes meanwhile is counted, and shown when a person asks: rows do not move under the pointer.
import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Api } from './api.ts';
import { asFault, type Fault } from './faults.ts';
import { useApi } from './loading.ts';
import type { Page } from './models.ts';
import { ALL_TENANTS } from './router.ts';

const FOLLOW_MS = 8000;

export type ReadPage<Row> = (
  api: Api,
  cursor: string | undefined,
  signal: AbortSignal,
) => Promise<Page<Row>>;

export interface Pages<Row> {
  readonly rows: readonly Row[];
  readonly isLoading: boolean;
  /** Whether there may be more. */
  readonly hasMore: boolean;
  readonly fault: Fault | undefined;
  /** What came since. */
  readonly fresh: Fresh;
  readonly more: () => void;
  /** Reads all that came since, before the rows that are there. */
  readonly showFresh: () => void;
  readonly reload: () => void;
}

interface Fresh {
  readonly count: number;
  /** Whether it was counted to its end. */
  readonly isAll: boolean;
}
const NOTHING: Fresh = { count: 0, isAll: true };

interface State<Row> {
  readonly key: string;
  readonly rows: readonly Row[];
  readonly next: string | null | undefined;
  readonly fault?: Fault;
}

/** @param everyMs how often to look for what is new */
export function usePages<Row>(
  key: string,
  idOf: (row: Row) => string,
  read: ReadPage<Row>,
  everyMs?: number,
): Pages<Row> {
  const api = useApi();
  const whole = `${api.scope.tenant ?? ALL_TENANTS} ${api.scope.environment} ${key}`;
  const [state, setState] = useState<State<Row>>({ key: '', rows: [], next: undefined });
  const [turn, setTurn] = useState(0);
  const [isBusy, setBusy] = useState(true);
  const [fresh, setFresh] = useState(NOTHING);
  const shown = useRef(state);
  const ended = useRef(new AbortController());

  const idsOf = (rows: readonly Row[]) => new Set(rows.map(idOf));
  /** One at a time: nothing asks for another while it is busy. */
  const reading = async (
    from: State<Row>,
    work: (signal: AbortSignal) => Promise<Pick<State<Row>, 'rows' | 'next'>>,
  ) => {
    const { signal } = ended.current;
    const { rows, next } = from;
    setBusy(true);
    const after = await work(signal).catch((error) => ({ rows, next, fault: asFault(error) }));
    if (signal.aborted) return;
    shown.current = { key: whole, ...after };
    setState(shown.current);
    setBusy(false);
  };

  const take = (from: State<Row>) =>
    reading(from, async (signal) => {
      const known = idsOf(from.rows);
      const added: Row[] = [];
      let { next } = from;
      const until = Date.now() + FOLLOW_MS;
      do {
        const page = await read(api, next ?? undefined, signal);
        for (const row of page.data) {
          if (known.has(idOf(row))) continue;
          known.add(idOf(row));
          added.push(row);
        }
        next = page.next;
      } while (next !== null && added.length === 0 && Date.now() < until);
      return { rows: [...from.rows, ...added], next };
    });

  /** What is read anew takes the place of what it covers: up to the end of a page that ends in a row that is there. */
  const showFresh = () =>
    reading(state, async (signal) => {
      const known = idsOf(state.rows);
      const top = new Map<string, Row>();
      let last: string | undefined;
      let next: string | null | undefined;
      do {
        const page = await read(api, next ?? undefined, signal);
        for (const row of page.data) {
          last = idOf(row);
          top.set(last, row);
        }
        next = page.next;
      } while (next !== null && !(last !== undefined && known.has(last)));
      if (!signal.aborted) setFresh(NOTHING);
      if (next === null) return { rows: [...top.values()], next };
      const end = state.rows.findIndex((row) => idOf(row) === last);
      const below = state.rows.slice(end + 1).filter((row) => !top.has(idOf(row)));
      return { rows: [...top.values(), ...below], next: state.next };
    });

  useEffect(() => {
    ended.current = new AbortController();
    const { signal } = ended.current;
    shown.current = { key: '', rows: [], next: undefined };
    setFresh(NOTHING);
    void take({ key: whole, rows: [], next: undefined });
    const look = async () => {
      if (document.hidden || shown.current.key !== whole) return;
      try {
        const { data, next } = await read(api, undefined, signal);
        if (signal.aborted) return;
        const known = idsOf(shown.current.rows);
        const count = data.filter((row) => !known.has(idOf(row))).length;
        if (known.size === 0 && count > 0) setTurn((n) => n + 1);
        else setFresh({ count, isAll: count < data.length || next === null });
      } catch {
        // The next look may find it; what is shown stays true.
      }
    };
    const timer = everyMs && setInterval(look, everyMs);
    return () => {
      ended.current.abort();
      if (timer) clearInterval(timer);
    };
  }, [whole, turn, everyMs]);

  const isThis = state.key === whole;
  return {
    rows: isThis ? state.rows : [],
    isLoading: isBusy || !isThis,
    hasMore: isThis && state.next !== null,
    fault: isThis ? state.fault : undefined,
    fresh,
    more: () => void take(state),
    showFresh: () => void showFresh(),
    reload: useCallback(() => setTurn((n) => n + 1), []),
  };
}

/** All pages of a short list, up to a bound. */
export async function allPages<Row>(
  read: (cursor: string | undefined) => Promise<Page<Row>>,
  bound = 1000,
): Promise<{ readonly rows: readonly Row[]; readonly isWhole: boolean }> {
  const rows: Row[] = [];
  let next: string | null | undefined;
  do {
    const page: Page<Row> = await read(next ?? undefined);
    rows.push(...page.data);
    next = page.next;
  } while (next !== null && rows.length < bound);
  return { rows, isWhole: next === null };
}

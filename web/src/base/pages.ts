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
  /** How many came since. */
  readonly fresh: number;
  readonly more: () => void;
  readonly reload: () => void;
}

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
  const [fresh, setFresh] = useState(0);
  const seen = useRef(new Set<string>());
  const ended = useRef(new AbortController());

  const take = async (from: State<Row>, signal: AbortSignal) => {
    setBusy(true);
    const rows = [...from.rows];
    let { next } = from;
    const until = Date.now() + FOLLOW_MS;
    try {
      const before = rows.length;
      do {
        const page = await read(api, next ?? undefined, signal);
        if (signal.aborted) return;
        for (const row of page.data) {
          if (seen.current.has(idOf(row))) continue;
          seen.current.add(idOf(row));
          rows.push(row);
        }
        next = page.next;
      } while (next !== null && rows.length === before && Date.now() < until);
      setState({ key: whole, rows, next });
    } catch (error) {
      if (signal.aborted) return;
      setState({ key: whole, rows, next, fault: asFault(error) });
    }
    setBusy(false);
  };

  useEffect(() => {
    ended.current = new AbortController();
    const { signal } = ended.current;
    seen.current = new Set();
    setFresh(0);
    void take({ key: whole, rows: [], next: undefined }, signal);
    const look = async () => {
      if (document.hidden) return;
      try {
        const { data } = await read(api, undefined, signal);
        if (signal.aborted) return;
        const isFirst = seen.current.size === 0 && data.length > 0;
        if (isFirst) setTurn((n) => n + 1);
        else setFresh(data.filter((row) => !seen.current.has(idOf(row))).length);
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
    more: () => void take(state, ended.current.signal),
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

// Reading what a screen shows: the old value stays while a new one is read, and a fault says how to go on.
import { createContext } from 'preact';
import { useCallback, useContext, useEffect, useMemo, useState } from 'preact/hooks';
import { Api } from './api.ts';
import { asFault, type Fault } from './faults.ts';
import { ALL_TENANTS, type Scope } from './router.ts';

const ScopeContext = createContext<Scope>({ tenant: undefined, environment: 'live' });
export const ScopeProvider = ScopeContext.Provider;

export const useScope = (): Scope => useContext(ScopeContext);

export function useApi(scope?: Scope): Api {
  const here = useScope();
  const { tenant, environment } = scope ?? here;
  return useMemo(() => new Api({ tenant, environment }), [tenant, environment]);
}

export interface Loaded<T> {
  readonly value: T | undefined;
  readonly fault: Fault | undefined;
  readonly isLoading: boolean;
  /** When the value was read. */
  readonly at: number;
  readonly reload: () => void;
  /** Puts what a change answered in the place of what was read. */
  readonly put: (value: T) => void;
}

/**
 * @param key what the value depends on; another key reads afresh
 * @param everyMs reads again, as long as somebody looks at the page
 */
export function useLoad<T>(
  key: string,
  load: (api: Api, signal: AbortSignal) => Promise<T>,
  everyMs?: number,
): Loaded<T> {
  const api = useApi();
  const whole = `${api.scope.tenant ?? ALL_TENANTS} ${api.scope.environment} ${key}`;
  const [state, setState] = useState<{ key: string; value?: T; fault?: Fault; at: number }>({
    key: '',
    at: 0,
  });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const ended = new AbortController();
    const read = async () => {
      try {
        const value = await load(api, ended.signal);
        if (!ended.signal.aborted) setState({ key: whole, value, at: Date.now() });
      } catch (error) {
        if (ended.signal.aborted) return;
        const fault = asFault(error);
        setState((before) => ({
          ...(before.key === whole && before),
          key: whole,
          fault,
          at: Date.now(),
        }));
      }
    };
    void read();
    const timer = everyMs && setInterval(() => document.hidden || void read(), everyMs);
    return () => {
      ended.abort();
      if (timer) clearInterval(timer);
    };
  }, [whole, turn, everyMs]);
  const isThis = state.key === whole;
  const reload = useCallback(() => setTurn((n) => n + 1), []);
  const put = useCallback((value: T) => setState({ key: whole, value, at: Date.now() }), [whole]);
  return {
    value: isThis ? state.value : undefined,
    fault: isThis ? state.fault : undefined,
    isLoading: !isThis,
    at: state.at,
    reload,
    put,
  };
}

export interface Action {
  readonly isBusy: boolean;
  readonly fault: Fault | undefined;
  readonly run: (work: () => Promise<void>) => Promise<void>;
  readonly clear: () => void;
}

let running = 0;
/** Whether changes are under way, whose answers the page would not see if it were left. */
export const isActing = (): boolean => running > 0;

/** A change that a person asked for: one at a time, with its fault. */
export function useAction(): Action {
  const [isBusy, setBusy] = useState(false);
  const [fault, setFault] = useState<Fault>();
  const run = async (work: () => Promise<void>) => {
    if (isBusy) return;
    setBusy(true);
    setFault(undefined);
    running++;
    try {
      await work();
    } catch (error) {
      setFault(asFault(error));
    }
    running--;
    setBusy(false);
  };
  return { isBusy, fault, run, clear: () => setFault(undefined) };
}

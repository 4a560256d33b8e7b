// What the API says to what is being typed: asked once typing rests, and only the newest question has an answer.
import { useEffect, useState } from 'preact/hooks';
import type { Answer } from './api.ts';
import { asFault, type Fault } from './faults.ts';
import { useApi } from './loading.ts';

const RESTS_MS = 300;

export interface Tried<T> {
  readonly answer: Answer<T> | undefined;
  readonly fault: Fault | undefined;
  /** Whether the answer, or the fault, is that of what stands there now. */
  readonly isCurrent: boolean;
}

/**
 * The last answer stays until the next one comes.
 * @param body JSON that is posted; undefined for what cannot be asked yet
 */
export function useTried<T>(address: string, body: string | undefined): Tried<T> {
  const api = useApi();
  const [tried, setTried] = useState<{ of?: string; answer?: Answer<T>; fault?: Fault }>({});
  useEffect(() => {
    if (body === undefined) return undefined;
    const ended = new AbortController();
    const { signal } = ended;
    const timer = setTimeout(async () => {
      try {
        const answer = await api.request<T>(address, { method: 'POST', bodyText: body, signal });
        if (!signal.aborted) setTried({ of: body, answer });
      } catch (error) {
        if (!signal.aborted) setTried({ of: body, fault: asFault(error) });
      }
    }, RESTS_MS);
    return () => {
      clearTimeout(timer);
      ended.abort();
    };
  }, [api, address, body]);
  const { of, answer, fault } = tried;
  return { answer, fault, isCurrent: body !== undefined && of === body };
}

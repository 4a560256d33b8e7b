// A key for a session: the page keeps the session only.
import { Fault, kindOf } from '../base/faults.ts';
import type { Problem } from '../base/models.ts';

/** @returns the token that requests carry from now on */
export async function exchangeKey(key: string): Promise<string> {
  const response = await fetch('/v1/console-sessions', {
    method: 'POST',
    headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
    body: '{}',
    credentials: 'omit',
    cache: 'no-store',
  }).catch(() => {
    throw new Fault('offline', 'The API cannot be reached from this browser.');
  });
  const answer = (await response.json().catch(() => ({}))) as Partial<Problem> & { token?: string };
  if (response.ok && answer.token !== undefined) return answer.token;
  const kind = kindOf(response.status);
  const isUnknown = kind === 'expired' || kind === 'forbidden';
  if (isUnknown) throw new Fault('forbidden', 'This is not the operator’s key.', answer);
  throw new Fault(kind, answer.detail ?? `The API answered ${response.status}.`, answer);
}

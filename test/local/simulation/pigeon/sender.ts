import type { OutgoingRequest, SendReport } from '../../../../lambdas/core/requests/sender.ts';
import type { Outcome } from '../../../../lambdas/core/retries/outcome.ts';
import type { Surroundings } from '../../../../lambdas/core/surroundings.ts';
import type { PigeonTarget } from './kind.ts';

/** Lofts that take nobody in, and what flew. */
export const closed = new Set<string>();
export const flown: (OutgoingRequest & PigeonTarget)[] = [];

/** A loft that takes nobody in is as one that refuses connections; all others have taken it. */
export const createPigeonSender = (_rules: unknown, { now }: Surroundings) => ({
  async send(request: OutgoingRequest & PigeonTarget): Promise<SendReport> {
    flown.push(request);
    const outcome: Outcome = closed.has(request.url)
      ? { kind: 'failure', failure: 'connection_refused', detail: 'The loft is closed.' }
      : { kind: 'response', response: { status: 202, headers: {}, body: 'coo' } };
    return { outcome, startedAtMs: now(), endedAtMs: now() };
  },
});

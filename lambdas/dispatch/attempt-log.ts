// One wide line per attempt: ids, number, outcome, times, next delay. docs/observability.md has its fields.
import { log } from '../adapters/log.ts';
import type { AttemptLine } from './deliver.ts';

export function logAttempt({ delivery, nextDelayMs, host, traceId }: AttemptLine): void {
  const attempt = delivery.attempts.at(-1);
  log.info('attempt', {
    eventId: delivery.eventId,
    endpointId: delivery.endpointId,
    eventType: delivery.eventType,
    tenant: delivery.tenant,
    environment: delivery.environment,
    run: delivery.run,
    attempt: attempt?.number,
    cause: attempt?.cause,
    outcome: attempt?.outcome,
    durationMs: attempt?.durationMs,
    sinceAcceptedMs: attempt && attempt.atMs - delivery.acceptedAtMs,
    state: delivery.state,
    nextDelayMs,
    host,
    traceId,
  });
}

// The metrics of an attempt: its outcome, its duration, and the time before it.
import { metrics } from '../adapters/metrics.ts';
import { attemptKind, attemptMetric } from '../core/metrics.ts';
import type { AttemptLine } from './deliver.ts';

export function countAttempt({ delivery }: AttemptLine): void {
  const attempt = delivery.attempts.at(-1);
  if (!attempt) return;
  const place = { env: delivery.environment };
  metrics.count(attemptMetric(attemptKind(attempt.outcome)), place);
  // Without an answer, this would measure our own deadline.
  if (attempt.status !== undefined) metrics.time('ReceiverTime', place, attempt.durationMs);
  const sinceAcceptedMs = attempt.atMs - delivery.acceptedAtMs;
  if (attempt.number === 1) metrics.time('FirstAttemptDelay', place, sinceAcceptedMs);
  // Later runs begin whenever somebody asks for them.
  if (delivery.state === 'delivered' && attempt.run === 1) {
    metrics.time('DeliveryTime', place, sinceAcceptedMs + attempt.durationMs);
  }
}

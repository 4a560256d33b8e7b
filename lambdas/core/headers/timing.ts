// Timing on request: when the event was accepted, which attempt this is, and when it was sent.
import type { Headers } from './names.ts';

const ACCEPTED = 'Posthorn-Accepted';
const ATTEMPT = 'Posthorn-Attempt';
const SENT = 'Posthorn-Sent';
export const TIMING_HEADERS = [ACCEPTED, ATTEMPT, SENT];

/** @param attempt counted from 1 over all runs of the delivery */
export function timingHeaders(acceptedAtMs: number, attempt: number, nowMs: number): Headers {
  return [
    [ACCEPTED, new Date(acceptedAtMs).toISOString()],
    [ATTEMPT, String(attempt)],
    [SENT, new Date(nowMs).toISOString()],
  ];
}

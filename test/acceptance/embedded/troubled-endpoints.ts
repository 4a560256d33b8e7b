// Endpoints in every kind of trouble, and what waits for them.
import type { Answer } from '../../builders/receiver.ts';

export interface Kind {
  /** Of the endpoint. */
  readonly settings?: object;
  readonly isPaused?: boolean;
  /** How the receiver answers. */
  readonly fails?: Answer;
  readonly events: number;
  /** The state of one of its deliveries, or of the endpoint, that shows that it is in the middle of it. */
  readonly until: string;
  /** By how many attempts its policy ends a delivery, if the receiver never takes one. */
  readonly diesAfter?: number;
}

const steps = (count: number, seconds: number) => ({
  retryPolicy: { immediate: false, steps: [{ count, seconds }] },
});

/** By the receiver's paths. */
export const KINDS: Readonly<Record<string, Kind>> = {
  'takes-all': { events: 5, until: 'delivered' },
  'waits-by-sqs': { settings: steps(50, 20), fails: () => 500, events: 5, until: 'waiting' },
  'waits-by-schedule': { settings: steps(3, 3_600), fails: () => 503, events: 5, until: 'waiting' },
  'fails-for-good': {
    settings: steps(2, 20),
    fails: () => 500,
    events: 3,
    until: 'waiting',
    diesAfter: 3,
  },
  'fails-for-good-by-schedule': {
    settings: steps(1, 3_600),
    fails: () => 500,
    events: 3,
    until: 'waiting',
    diesAfter: 2,
  },
  'never-answers': {
    settings: { ...steps(50, 30), timeoutMs: 1_000 },
    fails: () => undefined,
    events: 3,
    until: 'waiting',
  },
  'busy-for-minutes': {
    settings: steps(9, 1),
    fails: () => ({ status: 429, retryAfter: '120' }),
    events: 3,
    until: 'waiting',
  },
  'busy-for-hours': {
    settings: steps(9, 1),
    fails: () => ({ status: 429, retryAfter: '7200' }),
    events: 3,
    until: 'waiting',
  },
  tripped: { settings: steps(50, 30), fails: () => 500, events: 30, until: 'tripped' },
  gone: { fails: () => 410, events: 5, until: 'paused' },
  limited: { settings: { maxPerSecond: 3 }, events: 20, until: 'delivered' },
};

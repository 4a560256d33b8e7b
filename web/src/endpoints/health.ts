// An endpoint's health in words, and as a history of states with their causes.
import type { Endpoint } from '../base/models.ts';
import { counted } from '../base/numbers.ts';
import { absolute, briefly, relative } from '../base/time.ts';
import { type EndpointState, stateOf } from '../parts/badge.tsx';

const PAUSED_BY: Record<string, string> = {
  user: 'by a person',
  gone: 'because the receiver answered 410 Gone',
  failures: 'because it failed for too long',
  verification: 'because its URL was not proved',
};

export interface HealthWords {
  readonly title: string;
  readonly text: string;
}

export function healthWords({ status, health, createdAt }: Endpoint, now: number): HealthWords {
  const { failures, failingSince, lastSuccessAt, pausedBy, nextProbeAt } = health;
  const since = failingSince === null ? '' : ` since ${briefly(failingSince, now)}`;
  // It is written down only while an endpoint is not well: null says nothing.
  const last =
    lastSuccessAt === null
      ? ''
      : `The last attempt that was answered 2xx was ${relative(lastSuccessAt, now)}.`;
  const state: EndpointState = stateOf({ status, health });
  switch (state) {
    case 'healthy':
      return {
        title: 'Healthy',
        text: 'No attempt has failed since the last success. Deliveries are sent at once.',
      };
    case 'failing':
      return {
        title: `Failing${since}: ${counted(failures, 'attempt')} in a row`,
        text: `${last} Deliveries that fail are tried again by the retry policy; none is lost.`,
      };
    case 'tripped':
      return {
        title: `Tripped${since}: ${counted(failures, 'attempt')} in a row failed`,
        text: `Deliveries are kept back, and single probes are sent${nextProbeAt === null ? '' : `, the next ${relative(nextProbeAt, now)}`}. The first that is answered 2xx lets the backlog go, oldest first. ${last}`,
      };
    case 'recovering':
      return {
        title: 'Recovering',
        text: `It answers again. What waited is sent oldest first, at its pace. ${last}`,
      };
    case 'paused':
      return {
        title: `Paused ${PAUSED_BY[pausedBy ?? 'user'] ?? ''}`,
        text: `Deliveries are held, and sent when it is resumed, at the latest by their deadlines. ${last}`,
      };
    case 'unverified':
      return {
        title: 'Not verified',
        text: 'Nothing is sent before the URL is proved: press Verify.',
      };
    case 'deleted':
      return {
        title: 'Deleted',
        text: `It was created ${absolute(createdAt)}. Nothing more is sent.`,
      };
    default:
      return state satisfies never;
  }
}

export interface Cause {
  readonly at: number;
  readonly words: string;
}

/** What is known to have happened, oldest first. */
export function causesOf({ health, createdAt, verifiedAt }: Endpoint): Cause[] {
  const causes: Cause[] = [{ at: Date.parse(createdAt), words: 'Created' }];
  const add = (at: string | null, words: string) =>
    at !== null && causes.push({ at: Date.parse(at), words });
  add(verifiedAt, 'URL proved');
  add(health.lastSuccessAt, 'Last attempt that was answered 2xx');
  add(health.failingSince, `Began to fail: ${counted(health.failures, 'attempt')} in a row since`);
  return causes.toSorted((one, other) => one.at - other.at);
}

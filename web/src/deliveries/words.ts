// What happened to a delivery, and what happens next, in a sentence.
import type { Delivery, Endpoint } from '../base/models.ts';
import { counted, duration } from '../base/numbers.ts';
import { absolute, briefly, relative } from '../base/time.ts';
import { isSuccess, outcomeWords } from '../parts/badge.tsx';
import type { Coming } from './coming.ts';

export interface Words {
  readonly tone: 'ok' | 'warn' | 'bad' | 'info';
  readonly first: string;
  readonly more: string | undefined;
}

const NUMBERS = ['No', 'One', 'Two', 'Three', 'Four', 'Five', 'Six', 'Seven', 'Eight', 'Nine'];

const DEATHS: Record<string, string> = {
  attempts: 'Its attempts are used up.',
  deadline: 'Its time is over.',
  final_outcome: 'Its retry policy does not try this outcome again.',
  transform_failed: 'Its data could not be transformed.',
  event_expired: 'The data of its event is no longer kept.',
};

export function wordsOf(
  delivery: Delivery,
  endpoint: Endpoint | undefined,
  coming: Coming | undefined,
  now: number,
): Words {
  const { status, attempts, nextAttemptAt, deadlineAt, deliveredAt, deathReason } = delivery;
  const made = attempts.at(-1)?.number ?? 0;
  const failed = `${NUMBERS[made] ?? made} ${made === 1 ? 'attempt' : 'attempts'} failed.`;
  switch (status) {
    case 'delivered': {
      const took =
        deliveredAt === null
          ? ''
          : `, ${duration(Date.parse(deliveredAt) - Date.parse(delivery.acceptedAt))} after the event was accepted`;
      return {
        tone: 'ok',
        first: `Delivered${made > 1 ? ` by attempt ${made}` : ' at once'}${took}.`,
        more: undefined,
      };
    }
    case 'waiting': {
      const next =
        nextAttemptAt === null
          ? ''
          : Date.parse(nextAttemptAt) < now
            ? ' The next is due, as soon as the endpoint is let through'
            : ` The next is ${relative(nextAttemptAt, now)}, at ${briefly(nextAttemptAt, now)}`;
      const left =
        coming && deadlineAt
          ? `; ${counted(coming.at.length, 'attempt')} ${coming.at.length === 1 ? 'is' : 'are'} left until ${absolute(coming.deadAt ?? deadlineAt)}`
          : '';
      return {
        tone: 'warn',
        first: `${made === 0 ? 'Not sent yet.' : failed}${next}${left}.`,
        more: causeOf(delivery, endpoint),
      };
    }
    case 'held':
      return {
        tone: 'info',
        first: `Held: its endpoint is paused.${made > 0 ? ` ${failed}` : ''}`,
        more: 'It is sent when the endpoint is resumed, at the latest by its deadline.',
      };
    case 'dead':
      return {
        tone: 'bad',
        first: `Dead after ${counted(made, 'attempt')}. ${DEATHS[deathReason ?? ''] ?? ''}`,
        more: causeOf(delivery, endpoint),
      };
    case 'cancelled':
      return {
        tone: 'info',
        first: `Cancelled after ${counted(made, 'attempt')}. Nothing more is sent.`,
        more: undefined,
      };
    case 'pending':
      return { tone: 'info', first: 'Its first attempt is under way.', more: undefined };
    default:
      return { tone: 'info', first: status satisfies never, more: undefined };
  }
}

/** Why the latest attempt failed, from its outcome and where its time went. */
export function causeOf(
  { attempts, lastResponse }: Delivery,
  endpoint: Endpoint | undefined,
): string | undefined {
  const last = attempts.at(-1);
  if (last === undefined || isSuccess(last.outcome)) return undefined;
  const { timings } = last;
  const parts: string[] = [];
  const reached = [timings?.dnsMs, timings?.connectMs, timings?.tlsMs].reduce<number>(
    (sum, part) => sum + (part ?? 0),
    0,
  );
  if (last.outcome === 'timeout_response') {
    parts.push(
      `The receiver connects${reached > 0 ? ` in ${duration(reached)}` : ''}, then does not answer within ${duration(endpoint?.timeoutMs ?? last.durationMs)}.`,
    );
  } else if (last.outcome.startsWith('http_')) {
    parts.push(
      `The receiver answered: ${outcomeWords(last.outcome)}, after ${duration(last.durationMs)}.`,
    );
  } else {
    parts.push(`${outcomeWords(last.outcome)}${last.detail ? `: ${last.detail}` : ''}.`);
  }
  const asked = lastResponse?.headers['retry-after'];
  if (asked !== undefined) parts.push(`It asked for a pause: Retry-After ${asked}.`);
  return parts.join(' ');
}

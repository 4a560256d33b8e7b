// What SES says to a mail, in the words of all outcomes: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
import type { Outcome } from '../../../core/retries/outcome.ts';
import { failure, failureOutcome } from '../http/outcome.ts';

/** SES answers these with 400, though they pass: its quotas, and what its operator or AWS has stopped. */
const STATUS: ReadonlyMap<string, number> = new Map([
  ['TooManyRequestsException', 429],
  ['LimitExceededException', 429],
  ['ThrottlingException', 429],
  ['SendingPausedException', 503],
  ['AccountSuspendedException', 503],
  ['MailFromDomainNotVerifiedException', 503],
]);
/** As much as is kept of any answer. */
const MAX_DETAIL_LENGTH = 1_024;

export function outcomeOf(error: unknown, isLate: boolean, timeoutMs: number): Outcome {
  if (isLate) return failure('timeout_response', `No complete answer within ${timeoutMs} ms.`);
  const { name, message, $metadata } = Object(error) as SdkError;
  const detail = `${name}: ${message}`.slice(0, MAX_DETAIL_LENGTH);
  const isRejected = name === 'MessageRejected';
  // The mail itself, or whom it is for: the same one is refused again. But a sender may be verified again.
  const isSenders = isRejected && /not verified/i.test(message);
  if (isRejected && !isSenders) return failure('undeliverable', detail);
  const status = isSenders ? 503 : (STATUS.get(name) ?? $metadata?.httpStatusCode);
  if (status === undefined) return failureOutcome(error);
  return { kind: 'response', response: { status, headers: {}, body: detail } };
}

interface SdkError {
  readonly name: string;
  readonly message: string;
  /** Of an answer. */
  readonly $metadata?: { readonly httpStatusCode?: number };
}

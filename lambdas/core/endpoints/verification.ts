// Verification of where an endpoint's events go: until its URL has echoed a challenge, or one of its recipients has said
// yes, its deliveries are held.
import { type ContractName, contractOf } from '../contracts/all.ts';
import { isProved } from '../destinations/destination.ts';
import type { VerifyMode } from '../settings.ts';
import type { Endpoint } from './endpoint.ts';

export const VERIFICATION_TYPE = 'endpoint.verification';
/** Random bytes in a challenge. */
export const CHALLENGE_BYTES = 24;
/** How long an automatic try waits for the echo. */
export const AUTOMATIC_TRY_MS = 5_000;

export function isUnverified({
  verifyUrl,
  destination,
}: Pick<Endpoint, 'verifyUrl' | 'destination'>): boolean {
  return verifyUrl === true && !isProved(destination);
}

/** The request's body. It does not depend on the endpoint's contract; only its signatures do. */
export function challengeBody(challenge: string): string {
  return JSON.stringify({ type: VERIFICATION_TYPE, challenge });
}

/** Whether an answer holds the challenge: as plain text, or as JSON's member `challenge`. */
export function echoes(
  response: { readonly status: number; readonly body: string },
  challenge: string,
): boolean {
  if (response.status < 200 || response.status > 299) return false;
  const text = response.body.trim();
  if (text === challenge) return true;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'string') return value === challenge;
    return (
      typeof value === 'object' &&
      value !== null &&
      'challenge' in value &&
      value.challenge === challenge
    );
  } catch {
    return false;
  }
}

/**
 * Whether to verify, by the stack's setting and the request; text says why the request is refused.
 * @param contract a chat's echoes nothing: that somebody knows its URL is the proof. Recipients are always asked
 */
export function verifyWanted(
  asked: boolean | undefined,
  mode: VerifyMode,
  contract: ContractName | undefined,
): boolean | string {
  const { byMail, incomingWebhook } = contract === undefined ? {} : contractOf(contract);
  if (byMail) return asked === false ? 'cannot be false: every recipient is asked' : true;
  if (incomingWebhook) return asked === true ? 'cannot be true: a chat echoes no challenge' : false;
  switch (mode) {
    case 'never':
      return asked === true ? 'is not available in this deployment' : false;
    case 'optional':
      return asked ?? false;
    case 'always':
      return asked === false
        ? 'cannot be false in this deployment: every URL must be verified'
        : true;
    default:
      return mode satisfies never;
  }
}

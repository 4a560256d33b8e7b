// A signed request to send, and its outcome.
import type { Target } from '../destinations/kind.ts';
import type { Outcome } from '../retries/outcome.ts';
import type { Phases } from '../retries/phases.ts';
import type { Environment } from '../scope.ts';

/** To a target, of whatever kind: what a kind needs beside is its own. */
export interface OutgoingRequest extends Target {
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
  readonly timeoutMs: number;
  /** The endpoint's: in `test` the stack may allow plain HTTP. `live` if it is missing. */
  readonly environment?: Environment;
}

export interface SendReport {
  readonly outcome: Outcome;
  readonly startedAtMs: number;
  readonly endedAtMs: number;
  readonly phases?: Phases;
  /** Of the response's body, as far as it was read. */
  readonly bytes?: number;
  /** Of the receiver's certificate, if the request was answered over TLS. Unix milliseconds. */
  readonly certificateExpiresAtMs?: number;
}

export interface Sender {
  send(request: OutgoingRequest): Promise<SendReport>;
}

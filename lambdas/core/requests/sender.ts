// A signed request to send, and its outcome.
import type { TlsVersion } from '../endpoints/tls.ts';
import type { Outcome } from '../retries/outcome.ts';
import type { Phases } from '../retries/phases.ts';
import type { Environment } from '../scope.ts';

export interface OutgoingRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
  readonly timeoutMs: number;
  /** The endpoint's: in `test` the stack may allow plain HTTP. `live` if it is missing. */
  readonly environment?: Environment;
  readonly tls?: EndpointTls;
}

/** An endpoint's own certificates, as PEM. */
export interface EndpointTls {
  /** Trusted instead of the public authorities. */
  readonly ca?: string;
  /** The client's, with its chain. */
  readonly cert?: string;
  readonly key?: string;
  /** TLS 1.2 without it. */
  readonly minVersion?: TlsVersion;
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

// What whoever sees trouble leaves for the book of notices.

/** What was seen of an endpoint. Times are Unix milliseconds. */
export interface Sighting {
  /** When an attempt failed that came after a success, or the endpoint was tripped or paused. */
  readonly failedAtMs?: number;
  /** Deliveries that died. */
  readonly dead?: number;
  /** When a request took long. */
  readonly slowAtMs?: number;
  /** When certificates expire: the receiver’s, and the client’s that we show it. */
  readonly receiverExpiresAtMs?: number;
  readonly clientExpiresAtMs?: number;
}

/** What was seen of an endpoint since its mark was taken away. */
export interface Mark extends Sighting {
  readonly endpointId: string;
  /** When it was made: tells it from the one before. */
  readonly sinceMs: number;
  readonly slowSinceMs?: number;
  /** How often something was added: tells whether it changed. */
  readonly count: number;
}

/** Whose a certificate is: the receiver’s, or the client’s that we show it. */
export type Owner = 'receiver' | 'client';

/** Unix milliseconds. */
export interface SeenCertificate {
  readonly expiresAtMs: number;
  /** When a connection showed it last; unknown in older books. */
  readonly seenAtMs?: number;
}
export type DueCertificates = Partial<Readonly<Record<Owner, SeenCertificate>>>;

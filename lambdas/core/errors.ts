// Faults of ours. What happens at a receiver is never one of these: it is an Outcome.

/** The base of every fault that Posthorn raises; `code` is stable and may be matched on. */
class PosthornError extends Error {
  readonly code: string;

  constructor(code: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
  }
}

/** A queue message of a form that we do not write: it belongs in the dead-letter queue. */
export class MalformedMessageError extends PosthornError {
  constructor(queue: string, cause: unknown) {
    super('malformed_message', `a message on ${queue} has not the expected form`, cause);
  }
}

/** What becomes of items that a later version wrote, in a read of many. */
export type Unreadable = 'thrown' | 'left out';

/** Written by a later version of this code: it is kept until that version is deployed again. */
export class NewerVersionError extends PosthornError {
  constructor(what: string, version: number, readable: number) {
    const advice = 'deploy the version that wrote it';
    super(
      'newer_version',
      `${what} is of version ${version}, read is up to ${readable}: ${advice}`,
    );
  }
}

/** Something that must be there by now is not there yet: to be tried again. */
export class NotYetStoredError extends PosthornError {
  constructor(what: string) {
    super('not_yet_stored', `${what} is not in the ledger yet`);
  }
}

/** Another invocation holds the delivery's lease: look again when the lease has ended. */
export class LeaseHeldError extends PosthornError {
  readonly untilMs: number;

  constructor(deliveryId: string, untilMs: number) {
    super('lease_held', `${deliveryId} is being attempted elsewhere until ${untilMs}`);
    this.untilMs = untilMs;
  }
}

/** What is left of the invocation is too short for a request: it is made by the next one. */
export class OutOfTimeError extends PosthornError {
  constructor(neededMs: number, leftMs: number) {
    super('out_of_time', `a request may take ${neededMs} ms, and ${leftMs} ms are left`);
  }
}

/** A service took only a part of a batch, even after further tries. */
export class PartlyRefusedError extends PosthornError {
  constructor(service: string, refused: number, of: number) {
    super('partly_refused', `${service} refused ${refused} of ${of} entries`);
  }
}

/** Others were faster, again and again: to be tried later. */
export class OvertakenError extends PosthornError {
  constructor(what: string) {
    super('overtaken', `${what} was changed by others at every try`);
  }
}

/** The stack is set up wrongly: a variable or a secret is missing or unusable. */
export class ConfigurationError extends PosthornError {
  constructor(message: string, cause?: unknown) {
    super('configuration', message, cause);
  }
}

/** Sealed data that does not open: another key, another place, or changed bytes. */
export class SealBrokenError extends PosthornError {
  constructor(cause?: unknown) {
    super('seal_broken', 'sealed data does not open under this key at this place', cause);
  }
}

/** Data that was sealed under a version of the key that the secret does not hold (any more). */
export class UnknownSealingKeyError extends SealBrokenError {
  readonly version: number;

  constructor(version: number) {
    super(new Error(`version ${version} of the sealing key is not known`));
    this.version = version;
  }
}

/** A stack key that an endpoint's signatures need is not there: it is made when the endpoint is saved. */
export class MissingSigningKeyError extends PosthornError {
  constructor(algorithm: string) {
    super('missing_signing_key', `the stack has no signing key for ${algorithm} yet`);
  }
}

/** The dispatch function could not be asked to test an endpoint, or failed at it. */
export class TestNotSentError extends PosthornError {
  constructor(cause: unknown) {
    super('test_not_sent', 'the dispatch function did not carry out a test', cause);
  }
}

/** The identity provider is away, or is not what the settings say. */
export class IdentityProviderError extends PosthornError {
  constructor(message: string, cause?: unknown) {
    super('identity_provider', message, cause);
  }
}

/** The identity provider, or its token, does not say that this person signed in. */
export class SignInRefusedError extends PosthornError {
  constructor(message: string, cause?: unknown) {
    super('sign_in_refused', message, cause);
  }
}

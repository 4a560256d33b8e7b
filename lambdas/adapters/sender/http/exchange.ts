// One request on one connection, until enough of its answer has been read or its time is up.
import type { Dispatcher } from 'undici';
import { NO_PHASES, type Phases } from '../../../core/retries/phases.ts';
import { onConnectionOfRequest, takePhases } from './phases.ts';

/** At most so much of a response is read; of it, so much is kept. */
const MAX_RESPONSE_BYTES = 64 * 1024;
const KEPT_BODY_BYTES = 1024;

export type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

export type Exchange =
  | {
      readonly kind: 'answered';
      readonly status: number;
      readonly headers: ResponseHeaders;
      /** Its first KiB, as it was sent: nothing is decompressed. */
      readonly body: Buffer;
      /** Of all of it, as far as it was read. */
      readonly bytes: number;
      readonly phases: Phases;
    }
  | { readonly kind: 'failed'; readonly error: unknown; readonly phases: Phases }
  /** `wasSent`: the request, or a part of it, went out. */
  | { readonly kind: 'late'; readonly wasSent: boolean; readonly phases: Phases };

type Ended<T = Exchange> = T extends unknown ? Omit<T, 'phases'> : never;

/**
 * Never rejects. A request whose time is up before there is a connection is not sent on a later one.
 * Once there is a status, it decides: a body that is cut off, endless or slow to end does not change it.
 */
export function exchange(
  dispatcher: Dispatcher,
  request: Dispatcher.DispatchOptions,
  limitMs: number,
): Promise<Exchange> {
  return new Promise((resolve) => {
    const handler = new ExchangeHandler(resolve);
    handler.giveUpAfter(limitMs);
    // Errors that it throws at once, such as for too many origins, go to onResponseError.
    dispatcher.dispatch(request, handler);
  });
}

class ExchangeHandler implements Dispatcher.DispatchHandler {
  readonly #resolve: (exchange: Exchange) => void;
  #timer: NodeJS.Timeout | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #answer: { readonly status: number; readonly headers: ResponseHeaders } | undefined;
  #isOver = false;
  #startedAtMs = 0;
  #phases: Phases = NO_PHASES;
  readonly #kept: Buffer[] = [];
  #bytes = 0;

  constructor(resolve: (exchange: Exchange) => void) {
    this.#resolve = resolve;
  }

  giveUpAfter(limitMs: number): void {
    this.#timer = setTimeout(() => {
      this.#end({ kind: 'late', wasSent: this.#controller !== undefined });
      this.#controller?.abort(new Error('its time is up'));
    }, limitMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    this.#startedAtMs = performance.now();
    onConnectionOfRequest((connection) => {
      this.#phases = { ...this.#phases, ...connection };
    });
    if (this.#isOver) controller.abort(new Error('its time is up'));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: ResponseHeaders,
  ): void {
    // 1xx come before the answer (RFC 9110, section 15.2).
    if (status < 200) return;
    this.#answer = { status, headers };
    const firstByteMs = Math.round(performance.now() - this.#startedAtMs);
    this.#phases = { ...this.#phases, firstByteMs };
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#bytes < KEPT_BODY_BYTES) {
      // A copy: a slice would keep the whole chunk alive.
      this.#kept.push(Buffer.from(chunk.subarray(0, KEPT_BODY_BYTES - this.#bytes)));
    }
    this.#bytes += chunk.length;
    if (this.#bytes < MAX_RESPONSE_BYTES) return;
    this.#end({ kind: 'failed', error: undefined });
    controller.abort(new Error('enough was read'));
  }

  onResponseEnd(): void {
    this.#end({ kind: 'failed', error: undefined });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.#phases = { ...this.#phases, ...takePhases(error) };
    this.#end({ kind: 'failed', error });
  }

  /** The first end counts, and the answer wins over how it ended. */
  #end(otherwise: Ended): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#timer);
    const phases = this.#phases;
    this.#resolve(
      this.#answer === undefined
        ? { ...otherwise, phases }
        : {
            kind: 'answered',
            ...this.#answer,
            body: Buffer.concat(this.#kept),
            bytes: this.#bytes,
            phases,
          },
    );
  }
}

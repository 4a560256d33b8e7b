// Measures the parts of connections and requests. undici says on one of Node's diagnostics channels which
// socket it writes a request to (the page "Diagnostics Channel Support" of its documentation), and nowhere else.
import { subscribe } from 'node:diagnostics_channel';
import { NO_PHASES, type Phases } from '../../../core/retries/phases.ts';

export type ConnectionPart = 'dns' | 'connect' | 'tls';
type ConnectionPhases = Omit<Phases, 'firstByteMs'>;

/** A stop-watch for a connection that is being made. */
export class ConnectionWatch {
  #part: ConnectionPart | undefined;
  #beganAtMs = 0;
  #phases: ConnectionPhases = { dnsMs: null, connectMs: null, tlsMs: null };

  begin(part: ConnectionPart): void {
    this.#phases = this.read();
    this.#part = part;
    this.#beganAtMs = performance.now();
  }

  /** The phases so far: the one that is under way has lasted until now. */
  read(): ConnectionPhases {
    if (this.#part === undefined) return this.#phases;
    const lastedMs = Math.round(performance.now() - this.#beganAtMs);
    return { ...this.#phases, [`${this.#part}Ms`]: lastedMs };
  }

  /** Keeps the phases for the socket that was made, or for the error that it failed with. */
  end(made: object): void {
    phasesOf.set(made, this.read());
  }
}

const phasesOf = new WeakMap<object, ConnectionPhases>();

/** The phases of a connection, for the first request on it, or for the error that it ended with. */
export function takePhases(made: unknown): ConnectionPhases | undefined {
  if (typeof made !== 'object' || made === null) return undefined;
  const phases = phasesOf.get(made);
  phasesOf.delete(made);
  return phases;
}

let waiting: ((connection: ConnectionPhases) => void) | undefined;

/** To be called while a request starts: undici writes it to its socket in the same turn. */
export function onConnectionOfRequest(tell: (connection: ConnectionPhases) => void): void {
  waiting = tell;
}

subscribe('undici:client:sendHeaders', (message) => {
  const { socket } = message as { readonly socket: object };
  const tell = waiting;
  waiting = undefined;
  tell?.(takePhases(socket) ?? NO_PHASES);
});

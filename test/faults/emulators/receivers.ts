// The receivers of a round: one server, a path per endpoint, each answering by its own rule.
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { close, listenOnLoopback, readBody } from '../../../local/gate/loopback-server.ts';
import type { Arrival } from '../checker.ts';

export interface Behaviour {
  /** So many requests are answered 500 at first. */
  readonly failing: number;
  /** So many after them are accepted, and never answered in time. */
  readonly silent: number;
  readonly latencyMs: number;
}

export interface Receivers {
  readonly url: string;
  readonly arrivals: Arrival[];
  /** How the endpoint at a path behaves; its id becomes known later than its path. */
  set(path: string, behaviour: Behaviour): void;
  name(path: string, endpointId: string): void;
  /** Called when a request is accepted that is answered too late. */
  onTooLate: (subject: string) => void;
  close(): Promise<void>;
}

/** Longer than the endpoints' timeout of two seconds. */
const SILENCE_MS = 2_600;

export async function startReceivers(): Promise<Receivers> {
  const behaviours = new Map<string, Behaviour & { requests: number; endpointId: string }>();
  const arrivals: Arrival[] = [];
  const server = createServer(async (request, response) => {
    try {
      const body = (await readBody(request)).toString();
      const behaviour = behaviours.get(request.url ?? '');
      if (!behaviour) {
        response.writeHead(404).end();
        return;
      }
      const nth = ++behaviour.requests;
      const isFailing = nth <= behaviour.failing;
      const isSilent = !isFailing && nth <= behaviour.failing + behaviour.silent;
      const status = isFailing ? 500 : isSilent ? 0 : 200;
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      );
      const { endpointId } = behaviour;
      const arrival = { endpointId, headers, body, atMs: Date.now(), status };
      arrivals.push(arrival);
      const tooLate = (): void => receivers.onTooLate(`${headers['webhook-id']}|${endpointId}`);
      if (isSilent) tooLate();
      // An answer that nobody waited for was none.
      response.on('close', () => {
        if (response.writableFinished) return;
        if (arrival.status !== 0) tooLate();
        arrival.status = 0;
      });
      await delay(isSilent ? SILENCE_MS : behaviour.latencyMs);
      response.writeHead(status === 0 ? 200 : status).end();
    } catch {
      response.destroy();
    }
  });
  server.keepAliveTimeout = 30_000;
  const receivers: Receivers = {
    url: await listenOnLoopback(server),
    arrivals,
    set: (path, behaviour) =>
      void behaviours.set(path, { ...behaviour, requests: 0, endpointId: path }),
    name: (path, endpointId) => {
      const behaviour = behaviours.get(path);
      if (behaviour) behaviour.endpointId = endpointId;
    },
    onTooLate: () => undefined,
    close: () => close(server),
  };
  return receivers;
}

// The portal's side of the frame: it takes sessions from the page around it, and from no other window.
import type { FromHost, FromPortal, LookMessage } from './messages.ts';

export interface Host {
  /** A session of the host's page: the first one, or the next. */
  onSession(token: string, origin: string): void;
  onLook(look: LookMessage): void;
  onPath(path: string): void;
}

export interface Embedding {
  /** Asks the host's page for the next session. */
  renew(): void;
  tellPath(path: string): void;
}

/** Which pages may frame this one says its policy. */
export const isEmbedded = (): boolean => parent !== window;

/**
 * Whether a session may be used in the frame of a page of this origin. It is asked for with the token itself, at
 * `GET /v1/keys/current`.
 * @param embedOrigin the session's
 */
export const mayEmbed = (embedOrigin: string | null, origin: string): boolean =>
  embedOrigin === null || embedOrigin === origin;

export function listenToHost(host: Host): Embedding {
  /** Of the page that gave a session. */
  let origin: string | undefined;
  const send = (message: FromPortal) => {
    // Without a session nothing is said but that the portal listens.
    if (origin !== undefined || message.posthorn === 'ready') {
      parent.postMessage(message, origin ?? '*');
    }
  };
  addEventListener('message', ({ source, origin: from, data }: MessageEvent) => {
    if (source !== parent || (origin !== undefined && origin !== from)) return;
    const message = data as FromHost;
    switch (message?.posthorn) {
      case 'session':
        if (typeof message.token !== 'string') return;
        origin = from;
        host.onSession(message.token, from);
        return;
      case 'look':
        host.onLook(message);
        return;
      case 'go':
        host.onPath(String(message.path));
    }
  });
  new ResizeObserver(() =>
    send({ posthorn: 'height', px: Math.ceil(document.documentElement.offsetHeight) }),
  ).observe(document.documentElement);
  send({ posthorn: 'ready' });
  return {
    renew: () => send({ posthorn: 'renew' }),
    tellPath: (path) => send({ posthorn: 'path', path }),
  };
}

// Whether a session may be used: read through the same short cache as keys, and with it what made it.
import { type ApiKey, hashOfKey, isUsable } from '../core/keys/api-key.ts';
import { Recent } from '../core/recent.ts';
import {
  CONSOLE_SCOPE,
  isTokenOf,
  placeOfToken,
  type Session,
  type SessionPlace,
} from '../core/sessions/session.ts';
import type { SessionLookup } from '../core/sessions/store.ts';

interface SessionCheckPorts {
  readonly sessions: SessionLookup;
  readonly findKey: (hash: string) => Promise<ApiKey | undefined>;
  readonly operatorKey: () => Promise<string>;
  readonly now: () => number;
  readonly maxKept: number;
  readonly keptMs: number;
}

/** What is kept of the operator's key in a session that it made. */
export function hashOfOperator(sessionId: string, operatorKey: string): string {
  return hashOfKey(`${sessionId}.${operatorKey}`);
}

export function createSessionCheck(ports: SessionCheckPorts) {
  const kept = new Recent<Session>({ maxEntries: ports.maxKept, keptMs: ports.keptMs });

  async function read(place: SessionPlace): Promise<Session | undefined> {
    const nowMs = ports.now();
    const known = kept.get(nameOf(place), nowMs);
    if (known) return known;
    const session = await ports.sessions.findSession(place);
    if (session) kept.set(nameOf(place), session, nowMs);
    else kept.delete(nameOf(place));
    return session;
  }

  async function isLive(session: Session): Promise<boolean> {
    if (ports.now() >= session.expiresAtMs) return false;
    const { maker } = session;
    switch (maker.kind) {
      case 'operator':
        return maker.hash === hashOfOperator(session.id, await ports.operatorKey());
      case 'key': {
        const key = await ports.findKey(maker.hash);
        return key !== undefined && isUsable(key, ports.now());
      }
      case 'session': {
        const above = await read({ ...CONSOLE_SCOPE, id: maker.id });
        // Those of the console are made by no other session.
        return above !== undefined && above.maker.kind !== 'session' && isLive(above);
      }
      case 'oidc':
        return true;
      default:
        return maker satisfies never;
    }
  }

  return {
    /** Whether the token is worth a read, whoever else guesses behind the same address. */
    wasKnown(token: string): boolean {
      const place = placeOfToken(token);
      const session = place && kept.latest(nameOf(place));
      return session !== undefined && isTokenOf(session, token);
    },
    async find(token: string): Promise<Session | undefined> {
      const place = placeOfToken(token);
      const session = place && (await read(place));
      return session && isTokenOf(session, token) && (await isLive(session)) ? session : undefined;
    },
  };
}

const nameOf = ({ environment, tenant, id }: SessionPlace): string =>
  `${environment}#${tenant}#${id}`;

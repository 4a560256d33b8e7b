// What all sessions are made of, and the page that each opens.
import { createId } from '../../core/identifiers.ts';
import { hashOfKey } from '../../core/keys/api-key.ts';
import type { Scope } from '../../core/scope.ts';
import {
  CONSOLE_SCOPE,
  createToken,
  type SessionMaker,
  TOKEN_BYTES,
} from '../../core/sessions/session.ts';
import type { Surroundings } from '../../core/surroundings.ts';
import type { AppContext } from '../../http/authentication.ts';

type Randomness = Pick<Surroundings, 'now' | 'random'>;

/** @param endsAtMs of its maker: it ends no later */
export function newSession<S extends Scope, M extends SessionMaker>(
  { now, random }: Randomness,
  scope: S,
  makerOf: (id: string) => M,
  seconds: number,
  endsAtMs = Number.POSITIVE_INFINITY,
) {
  const nowMs = now();
  const id = createId('ses', nowMs, random(10));
  const token = createToken({ ...scope, id }, random(TOKEN_BYTES));
  const facts = {
    ...scope,
    id,
    maker: makerOf(id),
    hash: hashOfKey(token),
    createdAtMs: nowMs,
    expiresAtMs: Math.min(nowMs + seconds * 1000, endsAtMs),
  };
  return { token, facts };
}

export const newConsoleSession = (randomness: Randomness, maker: SessionMaker, seconds: number) =>
  newSession(randomness, CONSOLE_SCOPE, () => maker, seconds);

/** Where the caller found the API, the pages are too. */
export function originOf(c: AppContext): string {
  const scheme = c.req.header('X-Forwarded-Proto') === 'https' ? 'https' : 'http';
  return `${scheme}://${c.req.header('Host') ?? 'localhost'}`;
}

export function pageOf(c: AppContext, page: 'portal' | 'console', token: string) {
  return { token, url: `${originOf(c)}/${page}#token=${token}` };
}

// A session that the identity provider signed in is renewed by it, without a question, as long as it knows the person:
// the page goes there and comes back. That is done only where nothing is lost by it: when another screen is opened, or
// on one that nobody has touched since it was shown.
import { useEffect } from 'preact/hooks';
import { isActing } from '../base/loading.ts';
import { askProvider } from './own-account.ts';
import { useWho } from './who.ts';

const BEFORE_END_MS = 600_000;
const LOOK_EVERY_MS = 15_000;
/** A provider that refused is not asked at once again. */
const APART_MS = 180_000;
const TRIED = 'posthorn.renewal';
const TOUCHES = ['pointerdown', 'keydown', 'input'] as const;

const screen = (): string => location.hash.replace(/\?.*/s, '');

export function useRenewal(): void {
  const { session } = useWho();
  useEffect(() => {
    if (session?.signIn !== 'oidc') return;
    let shown = screen();
    let isTouched = false;
    const look = () => {
      if (isTouched || isActing()) return;
      const nowMs = Date.now();
      if (nowMs < Date.parse(session.expiresAt) - BEFORE_END_MS) return;
      if (nowMs < Number(sessionStorage.getItem(TRIED)) + APART_MS) return;
      sessionStorage.setItem(TRIED, String(nowMs));
      // Without the API there is no way there: this session goes on until its end.
      askProvider({ renewed: session.actor }).catch(() => undefined);
    };
    const touch = () => {
      isTouched = true;
    };
    const moved = () => {
      if (screen() === shown) return;
      shown = screen();
      isTouched = false;
      look();
    };
    const timer = setInterval(look, LOOK_EVERY_MS);
    for (const kind of TOUCHES) addEventListener(kind, touch, true);
    addEventListener('hashchange', moved);
    return () => {
      clearInterval(timer);
      for (const kind of TOUCHES) removeEventListener(kind, touch, true);
      removeEventListener('hashchange', moved);
    };
  }, [session]);
}

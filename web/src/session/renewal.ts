// A session that the identity provider signed in is renewed by it, without a question, as long as it knows the person:
// the page goes there and comes back. That is done only where nothing is lost by it: when another screen is opened, or
// on one that nobody has touched since it was shown.
import { useEffect } from 'preact/hooks';
import { isActing } from '../base/loading.ts';
import { askProvider } from './own-account.ts';
import { useWho, type Who } from './who.ts';

const BEFORE_END_MS = 600_000;
const LOOK_EVERY_MS = 15_000;
/** A provider that refused is not asked at once again. */
const APART_MS = 180_000;
const TRIED = 'posthorn.renewal';
const TOUCHES = ['pointerdown', 'keydown', 'input'] as const;

const screen = (): string => location.hash.replace(/\?.*/s, '');

/** Whether it is time to ask for the next session. */
export function isDue({ signIn, endsAt }: Who, nowMs: number, triedAtMs: number): boolean {
  if (signIn !== 'oidc' || endsAt === null) return false;
  return nowMs >= Date.parse(endsAt) - BEFORE_END_MS && nowMs - triedAtMs >= APART_MS;
}

export function useRenewal(): void {
  const who = useWho();
  useEffect(() => {
    if (who.signIn !== 'oidc') return;
    let shown = screen();
    let isTouched = false;
    const look = () => {
      if (isTouched || isActing()) return;
      const nowMs = Date.now();
      if (!isDue(who, nowMs, Number(sessionStorage.getItem(TRIED) ?? 0))) return;
      sessionStorage.setItem(TRIED, String(nowMs));
      // Without the API there is no way there: this session goes on until its end.
      askProvider({ renewed: who.actor }).catch(() => undefined);
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
  }, [who]);
}

// The portal in the frame of a host's page: the token comes by message, never by the address.
import { type Embedding, listenToHost } from '../../element/inside.ts';
import { LOOKS, type Look } from '../../element/messages.ts';
import { onExpired } from '../base/api.ts';
import { keepToken } from '../base/session.ts';
import { setWords, type Words } from '../base/words.ts';
import { isReadable } from './contrast.ts';

const RENEWAL_MS = 15_000;

interface Listener {
  readonly onToken: (origin: string) => void;
  readonly onLook: () => void;
}

/** Listens for as long as the page is there. */
export function live({ onToken, onLook }: Listener): Embedding {
  let waiting: ((isRenewed: boolean) => void)[] = [];
  const embedding = listenToHost({
    onSession: (token, origin) => {
      keepToken(token);
      for (const renewed of waiting) renewed(true);
      waiting = [];
      onToken(origin);
    },
    onLook: ({ theme, look, words, lang, dir }) => {
      speakAs(words ?? {}, lang, dir);
      dress(theme, look ?? {});
      onLook();
    },
    onPath: (path) => {
      location.hash = path;
    },
  });
  addEventListener('hashchange', () => embedding.tellPath(location.hash.replace(/^#/, '')));
  onExpired(
    () =>
      new Promise((resolve) => {
        waiting.push(resolve);
        setTimeout(() => resolve(false), RENEWAL_MS);
        embedding.renew();
      }),
  );
  return embedding;
}

/** Asks for the next session a minute before this one ends. @returns what stops it */
export function renewBefore(endsAt: string, embedding: Embedding): () => void {
  const leftMs = Date.parse(endsAt) - Date.now() - 60_000;
  const timer = setTimeout(() => embedding.renew(), Math.max(1000, leftMs));
  return () => clearTimeout(timer);
}

/** The portal's own words are English, whatever the host's page is written in. */
function speakAs(words: Words, lang: string, dir: string): void {
  const root = document.documentElement;
  const areGiven = Object.keys(words).length > 0;
  root.lang = (areGiven && lang) || 'en';
  root.dir = areGiven && dir === 'rtl' ? 'rtl' : 'ltr';
  setWords(words);
}

/** Takes the host's looks, except colours on which the words could not be read. */
function dress(theme: 'light' | 'dark' | 'auto', look: Look): void {
  const root = document.documentElement;
  if (theme === 'auto') delete root.dataset.theme;
  else root.dataset.theme = theme;
  const wear = (looks: readonly (readonly [string, string | undefined])[]) => {
    for (const [name, value] of looks) {
      if (value) root.style.setProperty(`--${name}`, value);
      else root.style.removeProperty(`--${name}`);
    }
  };
  const before = LOOKS.map((name) => [name, root.style.getPropertyValue(`--${name}`)] as const);
  wear(LOOKS.map((name) => [name, look[name]]));
  if (!isReadable()) wear(before);
}

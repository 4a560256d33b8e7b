// The token of this tab: it comes in the fragment, is taken out of the history at once, and stays in sessionStorage.
const NAME = 'posthorn.token';
let inMemory: string | undefined;

/** What a link brings: its token, and the screen that comes first. */
export interface Offer {
  readonly token: string;
  readonly hash: string;
}

/**
 * Takes `#token=...` out of the address. `&to=/...` says which screen comes first.
 * @param before the fragment that the page had
 */
function offerIn(before: string): Offer | undefined {
  if (!location.hash.startsWith('#token=')) return undefined;
  const given = new URLSearchParams(location.hash.slice(1));
  const to = given.get('to') ?? '';
  history.replaceState(null, '', location.pathname + before);
  return { token: given.get('token') ?? '', hash: to.startsWith('/') ? `#${to}` : '' };
}

/** Its session is this tab's from now on. */
export function takeOffer(offer: Offer): void {
  keepToken(offer.token);
  history.replaceState(null, '', location.pathname + offer.hash);
}

/**
 * Also of a link that is opened where the page is open already: the browser changes the fragment only, and loads nothing.
 * @param decide gets a link that comes where another session is
 */
export function takeTokens(decide: (offer: Offer) => void): void {
  const look = (before: string): boolean => {
    const offer = offerIn(before);
    if (offer === undefined) return false;
    const kept = token();
    if (!kept || kept === offer.token) takeOffer(offer);
    else decide(offer);
    return token() === offer.token;
  };
  look('');
  addEventListener('hashchange', ({ oldURL }) => {
    if (look(oldURL.replace(/^[^#]*/, ''))) location.reload();
  });
}

export function keepToken(token: string): void {
  inMemory = token;
  try {
    sessionStorage.setItem(NAME, token);
  } catch {
    // Storage is refused, as in a private window: it lasts for this page.
  }
}

export function token(): string | undefined {
  if (inMemory !== undefined) return inMemory;
  try {
    inMemory = sessionStorage.getItem(NAME) ?? undefined;
  } catch {
    // As above.
  }
  return inMemory;
}

export function dropToken(): void {
  inMemory = undefined;
  try {
    sessionStorage.removeItem(NAME);
  } catch {
    // As above.
  }
}

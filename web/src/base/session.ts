// The token of this tab: it comes in the fragment, is taken out of the history at once, and stays in sessionStorage.
const NAME = 'posthorn.token';
let inMemory: string | undefined;

/**
 * Takes `#token=...` out of the address. `&to=/...` says which screen comes first.
 * @returns whether there was one
 */
function takeToken(): boolean {
  if (!location.hash.startsWith('#token=')) return false;
  const given = new URLSearchParams(location.hash.slice(1));
  keepToken(given.get('token') ?? '');
  const to = given.get('to') ?? '';
  history.replaceState(null, '', `${location.pathname}${to.startsWith('/') ? `#${to}` : ''}`);
  return true;
}

/** Also of a link that is opened where the page is open already: the browser changes the fragment only, and loads nothing. */
export function takeTokens(): void {
  takeToken();
  addEventListener('hashchange', () => {
    if (takeToken()) location.reload();
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

// The token of this tab: it comes in the fragment, is taken out of the history at once, and stays in sessionStorage.
const NAME = 'posthorn.token';
let inMemory: string | undefined;

/** Takes `#token=...` out of the address. `&to=/...` says which screen comes first. */
export function takeToken(): void {
  const given = new URLSearchParams(location.hash.slice(1));
  const token = given.get('token');
  if (token === null) return;
  keepToken(token);
  const to = given.get('to') ?? '';
  history.replaceState(null, '', `${location.pathname}${to.startsWith('/') ? `#${to}` : ''}`);
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

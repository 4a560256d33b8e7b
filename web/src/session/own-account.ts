// Signing in with one's own account, by OpenID Connect: the page asks the provider for a code, and the API redeems it.
import { Api } from '../base/api.ts';
import { Fault } from '../base/faults.ts';
import { keepToken } from '../base/session.ts';

const NAME = 'posthorn.sign-in';
const ADDRESS = '/v1/console-sessions/oidc';

interface Provider {
  readonly authorizationEndpoint: string;
  readonly clientId: string;
  readonly scope: string;
  readonly redirectUri: string;
}

/** What must come back with the code, and what redeems it. Kept in this tab until then. */
interface Pending {
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  /** The screen that was asked for. */
  readonly to: string;
}

function base64url(bytes: Uint8Array): string {
  const base64 = btoa(String.fromCharCode(...bytes));
  return base64.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

const random = (): string => base64url(crypto.getRandomValues(new Uint8Array(32)));

/** Leaves the page for the provider's. @throws Fault where none is set up */
export async function askProvider(): Promise<void> {
  const api = new Api({ tenant: undefined, environment: 'live' });
  const provider = await api.get<Provider>(ADDRESS).catch((error: unknown) => {
    if (!(error instanceof Fault) || error.kind !== 'missing') throw error;
    throw new Fault('missing', 'Sign-in with your own account is not set up for this stack.');
  });
  const pending: Pending = {
    state: random(),
    nonce: random(),
    codeVerifier: random(),
    to: location.hash,
  };
  sessionStorage.setItem(NAME, JSON.stringify(pending));
  const hash = await crypto.subtle.digest(
    'SHA-256',
    new TextEncoder().encode(pending.codeVerifier),
  );
  const address = new URL(provider.authorizationEndpoint);
  address.search = String(
    new URLSearchParams({
      ...Object.fromEntries(address.searchParams),
      response_type: 'code',
      client_id: provider.clientId,
      redirect_uri: provider.redirectUri,
      scope: provider.scope,
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: base64url(new Uint8Array(hash)),
      code_challenge_method: 'S256',
    }),
  );
  location.assign(address);
}

/**
 * Redeems the code that the provider's answer has in the address, and takes it out of there first.
 * @returns whether there was one @throws Fault
 */
export async function redeemCode(): Promise<boolean> {
  const answer = new URLSearchParams(location.search);
  if (!answer.has('state')) return false;
  const kept = sessionStorage.getItem(NAME);
  sessionStorage.removeItem(NAME);
  const pending = kept === null ? undefined : (JSON.parse(kept) as Pending);
  history.replaceState(null, '', `${location.pathname}${pending?.to ?? ''}`);
  if (pending === undefined || answer.get('state') !== pending.state) {
    throw new Fault('forbidden', 'This answer is not to a sign-in that was begun in this tab.');
  }
  const code = answer.get('code');
  if (code === null)
    throw new Fault(
      'forbidden',
      answer.get('error_description') ?? 'The provider refused the sign-in.',
    );
  const { nonce, codeVerifier } = pending;
  const api = new Api({ tenant: undefined, environment: 'live' });
  const { token } = await api.post<{ token: string }>(ADDRESS, { code, codeVerifier, nonce });
  keepToken(token);
  return true;
}

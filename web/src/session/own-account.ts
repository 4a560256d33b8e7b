// Signing in with one's own account, by OpenID Connect: the page asks the provider for a code, and the API redeems it.
// The person is sent there and back, or goes there in a window of its own while this page stays as it is.
import { Api } from '../base/api.ts';
import { Fault } from '../base/faults.ts';
import { keepToken } from '../base/session.ts';

const NAME = 'posthorn.sign-in';
const ADDRESS = '/v1/console-sessions/oidc';
/** The page that a window of its own begins with. */
const WINDOW = '#sign-in=';

const anyone = () => new Api({ tenant: undefined, environment: 'live' });

interface Provider {
  readonly authorizationEndpoint: string;
  readonly clientId: string;
  readonly scope: string;
  readonly redirectUri: string;
}

export interface Asked {
  /** Whose session is renewed: the provider asks the person nothing, or refuses. */
  readonly renewed?: string | null;
  /** The channel on which the page waits that opened this window. */
  readonly channel?: string;
}

/** What must come back with the code, and what redeems it. Kept in this tab until then. */
interface Pending extends Asked {
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

/** Whether the operator has set up a provider. */
export async function hasProvider(): Promise<boolean> {
  try {
    await anyone().get<Provider>(ADDRESS);
    return true;
  } catch (error) {
    // One that is away at the moment is there all the same.
    return !(error instanceof Fault) || error.kind !== 'missing';
  }
}

/** Leaves the page for the provider's. @throws Fault where none is set up */
export async function askProvider(asked: Asked = {}): Promise<void> {
  const provider = await anyone()
    .get<Provider>(ADDRESS)
    .catch((error: unknown) => {
      if (!(error instanceof Fault) || error.kind !== 'missing') throw error;
      throw new Fault('missing', 'Sign-in with your own account is not set up for this stack.');
    });
  const pending: Pending = {
    ...asked,
    state: random(),
    nonce: random(),
    codeVerifier: random(),
    to: asked.channel === undefined ? location.hash : '',
  };
  const hash = await crypto.subtle.digest(
    'SHA-256',
    new TextEncoder().encode(pending.codeVerifier),
  );
  sessionStorage.setItem(NAME, JSON.stringify(pending));
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
      ...('renewed' in asked && { prompt: 'none' }),
      ...(asked.renewed?.includes('@') && { login_hint: asked.renewed }),
    }),
  );
  location.assign(address);
}

/** Opens a window in which the person signs in. @returns its session's token, if it ever comes */
export function signInBeside(): Promise<string> {
  const channel = random();
  const answers = new BroadcastChannel(channel);
  // The provider's page gets no hold on this one: `Cross-Origin-Opener-Policy` cuts the two apart.
  if (!open(`${location.pathname}${WINDOW}${channel}`, '_blank', 'popup,width=520,height=680')) {
    answers.close();
    throw new Fault('failed', 'The browser opened no window. Allow it for this page.');
  }
  return new Promise((resolve) => {
    answers.onmessage = ({ data }) => {
      answers.close();
      resolve(String(data));
    };
  });
}

/** In the window that another page opened for it: the channel on which that page waits. */
export const channelHere = (): string | undefined =>
  location.hash.startsWith(WINDOW) ? location.hash.slice(WINDOW.length) : undefined;

/** The provider's answer in the address is taken out of there first. @throws Fault for one that is not to this tab's question */
function takeAnswer(): { readonly pending: Pending; readonly answer: URLSearchParams } | undefined {
  const answer = new URLSearchParams(location.search);
  if (!answer.has('state')) return undefined;
  const kept = sessionStorage.getItem(NAME);
  sessionStorage.removeItem(NAME);
  const pending = kept === null ? undefined : (JSON.parse(kept) as Pending);
  history.replaceState(null, '', `${location.pathname}${pending?.to ?? ''}`);
  if (pending === undefined || answer.get('state') !== pending.state) {
    throw new Fault('forbidden', 'This answer is not to a sign-in that was begun in this tab.');
  }
  return { pending, answer };
}

/**
 * Redeems the code that the provider's answer has in the address.
 * @returns `elsewhere` in a window of its own, whose opener goes on @throws Fault
 */
export async function redeemCode(): Promise<'here' | 'elsewhere'> {
  const taken = takeAnswer();
  if (taken === undefined) return 'here';
  const { pending, answer } = taken;
  const { renewed, channel } = pending;
  try {
    const session = await redeemed(pending, answer);
    // The provider may have signed in another person meanwhile.
    if (renewed !== undefined && renewed !== session.actor) await end(session.token);
    else if (channel === undefined) keepToken(session.token);
    else new BroadcastChannel(channel).postMessage(session.token);
  } catch (error) {
    // The session that was to be renewed goes on until its end.
    if (renewed === undefined) throw error;
  }
  if (channel === undefined) return 'here';
  close();
  return 'elsewhere';
}

interface Made {
  readonly token: string;
  readonly actor: string | null;
}

function redeemed({ nonce, codeVerifier }: Pending, answer: URLSearchParams): Promise<Made> {
  const code = answer.get('code');
  if (code === null)
    throw new Fault(
      'forbidden',
      answer.get('error_description') ?? 'The provider refused the sign-in.',
    );
  return anyone().post<Made>(ADDRESS, { code, codeVerifier, nonce });
}

const end = (token: string) =>
  new Api({ tenant: undefined, environment: 'live' }, token).request('/v1/sessions/current', {
    method: 'DELETE',
  });

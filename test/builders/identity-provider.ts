// An identity provider that others wrote: oidc-provider, with the people that a test says.
import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';

export const CLIENT = 'posthorn-console';

export interface TestProvider {
  readonly issuer: string;
  /** Groups of the people that it knows, by name; whoever is taken out is gone. */
  readonly people: Map<string, unknown>;
  /** From now on it sends people back there. */
  serve(redirectUri: string): void;
  stop(): Promise<void>;
}

export async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export async function stopped(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

export async function startProvider(
  people: Readonly<Record<string, unknown>>,
): Promise<TestProvider> {
  let provider: Provider | undefined;
  const server = createServer((request, response) => provider?.callback()(request, response));
  const issuer = await listening(server);
  const known = new Map(Object.entries(people));
  return {
    issuer,
    people: known,
    serve(redirectUri) {
      provider = providerOf(issuer, redirectUri, known);
    },
    stop: () => stopped(server),
  };
}

function providerOf(
  issuer: string,
  redirectUri: string,
  people: ReadonlyMap<string, unknown>,
): Provider {
  // Browsers refuse its own choice, `SameSite=None`, where the page did not come by TLS.
  const cookie = { sameSite: 'lax', httpOnly: true };
  return new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT,
        redirect_uris: [redirectUri],
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    cookies: { keys: [randomBytes(16).toString('hex')], long: cookie, short: cookie },
    claims: { openid: ['sub', 'groups'], email: ['email'] },
    conformIdTokenClaims: false,
    findAccount: (_, id) =>
      people.has(id)
        ? {
            accountId: id,
            claims: () => ({ sub: id, email: `${id}@example.com`, groups: people.get(id) }),
          }
        : undefined,
    // Nobody is asked for consent.
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({
        clientId: oidc.client?.clientId ?? '',
        accountId: oidc.session?.accountId ?? '',
      });
      grant.addOIDCScope('openid email');
      await grant.save();
      return grant;
    },
    ttl: {
      AccessToken: 60,
      AuthorizationCode: 60,
      IdToken: 60,
      Interaction: 600,
      Session: 3_600,
      Grant: 3_600,
    },
  });
}

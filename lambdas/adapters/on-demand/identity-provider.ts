// The operator's identity provider (OpenID Connect Discovery 1.0, Core 1.0): its addresses, a code for an ID token, and
// the token's signature by the provider's keys. Its host is the operator's setting, so the destination guard has no part.
import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import * as z from 'zod';
import { IdentityProviderError, SignInRefusedError } from '../../core/errors.ts';
import { Recent } from '../../core/recent.ts';
import type { IdentityProvider, OidcSettings, SignedIn } from '../../core/sessions/oidc.ts';

const TIMEOUT_MS = 5_000;
const KEPT_MS = 3_600_000;
const MAX_ANSWER_BYTES = 256 * 1024;
/** How far the two clocks may differ. */
const CLOCK_SECONDS = 30;
/** Signed by the provider's private key: a shared secret is none that this function has. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
];

const discoverySchema = z.object({
  issuer: z.string(),
  authorization_endpoint: z.url(),
  token_endpoint: z.url(),
  jwks_uri: z.url(),
});
type Discovery = z.infer<typeof discoverySchema> & { readonly keys: JWTVerifyGetKey };

/** RFC 6749, section 5.2: what is wrong with the code. All other errors are about the client, or the provider. */
const refusalSchema = z.object({ error: z.enum(['invalid_grant', 'invalid_request']) });
const tokensSchema = z.object({ id_token: z.string() });
const claimsSchema = z.looseObject({
  sub: z.string().min(1).max(255),
  nonce: z.string(),
  azp: z.string().optional(),
  email: z.string().max(200).optional(),
});

export function createIdentityProvider(now: () => number): IdentityProvider {
  const found = new Recent<Discovery>({ maxEntries: 1, keptMs: KEPT_MS });

  const discover = ({ issuer }: OidcSettings): Promise<Discovery> =>
    found.read(issuer, now(), async () => {
      const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
      const answer = await ask(address);
      const parsed = discoverySchema.safeParse(answer.ok ? answer.json : undefined);
      if (!parsed.success || parsed.data.issuer !== issuer) {
        throw new IdentityProviderError(`${address} does not describe the issuer ${issuer}`);
      }
      return { ...parsed.data, keys: keysAt(parsed.data.jwks_uri) };
    });

  return {
    async addresses(settings) {
      return { authorizationEndpoint: (await discover(settings)).authorization_endpoint };
    },

    async redeem(settings, { code, codeVerifier, nonce, redirectUri }) {
      const { token_endpoint, keys } = await discover(settings);
      const answer = await ask(token_endpoint, {
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri,
        client_id: settings.clientId,
        code_verifier: codeVerifier,
      });
      if (refusalSchema.safeParse(answer.json).success)
        throw new SignInRefusedError('the code is refused');
      const tokens = tokensSchema.safeParse(answer.json);
      if (!answer.ok || !tokens.success) {
        throw new IdentityProviderError(
          `the token endpoint answers ${answer.status} without an ID token`,
        );
      }
      return verified(settings, tokens.data.id_token, nonce, keys, now());
    },
  };
}

/** Where there is no key of the token's, the token does not hold; without any keys, nothing can be said about it. */
function keysAt(address: string): JWTVerifyGetKey {
  const find = createRemoteJWKSet(new URL(address), {
    timeoutDuration: TIMEOUT_MS,
    [customFetch]: async () => {
      const { status, json } = await ask(address);
      return Response.json(json ?? null, { status });
    },
  });
  return async (...given) => {
    try {
      return await find(...given);
    } catch (error) {
      const { JWKSNoMatchingKey, JWKSMultipleMatchingKeys } = errors;
      if (error instanceof JWKSNoMatchingKey || error instanceof JWKSMultipleMatchingKeys)
        throw error;
      throw new IdentityProviderError(`there are no keys at ${address}`, error);
    }
  };
}

/** OpenID Connect Core 1.0, section 3.1.3.7. */
async function verified(
  { issuer, clientId, claim }: OidcSettings,
  token: string,
  nonce: string,
  keys: JWTVerifyGetKey,
  nowMs: number,
): Promise<SignedIn> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      audience: clientId,
      algorithms: ALGORITHMS,
      requiredClaims: ['sub', 'iat', 'exp', 'nonce'],
      clockTolerance: CLOCK_SECONDS,
      currentDate: new Date(nowMs),
    });
    const claims = claimsSchema.parse(payload);
    if (claims.nonce !== nonce) throw new Error('the nonce is another');
    const isShared = Array.isArray(payload.aud) && payload.aud.length > 1;
    if ((isShared || claims.azp !== undefined) && claims.azp !== clientId) {
      throw new Error('the token is for another party');
    }
    // With many providers a person may write any address, and only one that was proved says who it is.
    const isProved = claim !== 'email' || String(payload.email_verified) === 'true';
    const given = isProved ? payload[claim] : undefined;
    const values = (Array.isArray(given) ? given : [given]).filter(
      (one) => typeof one === 'string',
    );
    return { subject: claims.sub, values, ...(claims.email && { email: claims.email }) };
  } catch (error) {
    if (error instanceof IdentityProviderError) throw error;
    throw new SignInRefusedError('the ID token does not hold', error);
  }
}

async function ask(address: string, form?: Readonly<Record<string, string>>) {
  try {
    const response = await fetch(address, {
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { Accept: 'application/json' },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    });
    const text = await boundedText(response);
    return { ok: response.ok, status: response.status, json: jsonOf(text) };
  } catch (error) {
    throw new IdentityProviderError(`no answer from ${new URL(address).host}`, error);
  }
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error('the answer is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

// How the operator's people sign in to the console by their own identity provider (OpenID Connect Core 1.0, the code
// flow with PKCE, RFC 7636): settings, and what a verified ID token says about a person.
import * as z from 'zod';
import { ROLES, type Role } from './roles.ts';

/** A removed person is out after this long: the page signs in again before. */
export const OIDC_SESSION_SECONDS = 3_600;

/** Plain HTTP is for an identity provider on the same machine. */
const ISSUER = /^(https:\/\/[^\s?#]+|http:\/\/(127\.0\.0\.1|localhost)(:\d{1,5})?(\/[^\s?#]*)?)$/;

export const oidcSchema = z
  .strictObject({
    issuer: z.string().max(500).regex(ISSUER, 'must be an https URL without query or fragment'),
    clientId: z.string().min(1).max(200),
    /** The claim of the ID token that says what a person may do: text, or a list of texts. */
    claim: z.string().min(1).max(100).default('roles'),
    /** Roles by values of the claim; the highest counts. */
    roles: z.record(z.string().min(1).max(200), z.enum(ROLES)).default({}),
    scopes: z
      .array(z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/))
      .max(10)
      .default(['openid', 'email']),
  })
  .optional();
export type OidcSettings = NonNullable<z.infer<typeof oidcSchema>>;

export interface SignedIn {
  readonly subject: string;
  readonly email?: string;
  /** The values of the claim. */
  readonly values: readonly string[];
}

/** What the page needs to send a person to the identity provider. */
export interface OidcAddresses {
  readonly authorizationEndpoint: string;
}

/** What the page brings back from there. */
export interface RedeemedCode {
  readonly code: string;
  readonly codeVerifier: string;
  readonly nonce: string;
  readonly redirectUri: string;
}

export interface IdentityProvider {
  addresses(settings: OidcSettings): Promise<OidcAddresses>;
  /** @throws SignInRefusedError, IdentityProviderError */
  redeem(settings: OidcSettings, given: RedeemedCode): Promise<SignedIn>;
}

/** The highest role of those that the claim's values are mapped to. */
export function roleOf({ roles }: OidcSettings, values: readonly string[]): Role | undefined {
  const found = values.flatMap((value) =>
    Object.hasOwn(roles, value) ? (roles[value] ?? []) : [],
  );
  return ROLES.findLast((role) => found.includes(role));
}

// The claims of a JWT that verifies with one of the keys.
import type { jwtVerify as Verify } from 'jose';

export type VerificationKey = Parameters<typeof Verify>[1];

interface JwtChecks {
  /** Ours to say, never the token's. */
  readonly algorithm: 'RS256' | 'HS256';
  readonly requiredClaims: readonly string[];
  readonly toleranceSeconds: number;
  readonly nowMs: number;
}

type Claims = Readonly<Record<string, unknown>> & { readonly jti?: string };

/** Undefined if none of the keys fits, or it is not of now. */
export async function claimsOf(
  token: string,
  keys: readonly VerificationKey[],
  { algorithm, requiredClaims, toleranceSeconds, nowMs }: JwtChecks,
): Promise<Claims | undefined> {
  // When it is needed: jose is an ES module, which an older require() cannot load.
  const { jwtVerify } = await import('jose');
  const options = {
    algorithms: [algorithm],
    requiredClaims: ['iat', 'exp', ...requiredClaims],
    clockTolerance: toleranceSeconds,
    currentDate: new Date(nowMs),
  };
  for (const key of keys) {
    const claims = await jwtVerify(token, key, options).then(
      ({ payload }) => payload,
      () => undefined,
    );
    // jose looks at `exp` and leaves an `iat` in the future alone.
    if (claims?.iat !== undefined && claims.iat <= nowMs / 1000 + toleranceSeconds) return claims;
  }
  return undefined;
}

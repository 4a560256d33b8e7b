// The claims of a JWT that verifies with one of the keys.
import { type JWTPayload, jwtVerify } from 'jose';

type Key = Parameters<typeof jwtVerify>[1];

interface JwtChecks {
  /** Ours to say, never the token's. */
  readonly algorithm: 'RS256' | 'HS256';
  readonly requiredClaims: readonly string[];
  readonly toleranceSeconds: number;
  readonly nowMs: number;
}

/** Undefined if none of the keys fits, or it is not of now. */
export async function claimsOf(
  token: string,
  keys: readonly Key[],
  { algorithm, requiredClaims, toleranceSeconds, nowMs }: JwtChecks,
): Promise<JWTPayload | undefined> {
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

<?php
/** The endpoint's options `headerName` and `prefix`. */
define('TOKEN_HEADER', strtolower(getenv('WEBHOOK_HEADER') ?: 'Authorization'));
define('TOKEN_PREFIX', (getenv('WEBHOOK_PREFIX') ?: 'Bearer') . ' ');

/**
 * @param array<string, string> $headers
 * @return ?array{id: string, event: mixed} nothing unless one of the secrets signed it, for this body and within the
 *   last minutes
 */
function verified(array $headers, string $body): ?array
{
    $given = $headers[TOKEN_HEADER] ?? '';
    $jwt = str_starts_with($given, TOKEN_PREFIX) ? substr($given, strlen(TOKEN_PREFIX)) : $given;
    $parts = explode('.', $jwt, 4);
    if (count($parts) !== 3) {
        return null;
    }
    [$header, $said, $signature] = array_map(base64url(...), $parts);
    $algorithm = json_decode($header, true)['alg'] ?? null;
    foreach (SECRETS as $secret) {
        $expected = hash_hmac('sha256', "$parts[0].$parts[1]", $secret, true);
        // The algorithm is ours to say, never the token's.
        if ($algorithm !== 'HS256' || !hash_equals($expected, $signature)) {
            continue;
        }
        $claims = json_decode($said);
        if (time() < $claims->iat - 120 || time() > $claims->exp + 120) {
            return null;
        }
        // The JWT speaks of one body only: without this check it could be put beside any other.
        $is_of_body = hash_equals(hash('sha256', $body), $claims->body_sha256);
        return $is_of_body ? ['id' => $claims->jti, 'event' => json_decode($body)] : null;
    }
    return null;
}

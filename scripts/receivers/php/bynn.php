<?php
/** The endpoint's own: others of your endpoints verify with the same keys. */
define('TOKEN', (string) getenv('WEBHOOK_TOKEN'));
if (strlen(TOKEN) < 8) {
    throw new RuntimeException('WEBHOOK_TOKEN: it is missing, or too short');
}

/**
 * @param array<string, string> $headers
 * @return ?array{id: string, event: mixed} nothing unless one of the keys signed it within the last day
 */
function verified(array $headers, string $body): ?array
{
    $jwt = json_decode($body, true)['jwt'] ?? null;
    if (!hash_equals(TOKEN, $headers['x-webhook-token'] ?? '') || !is_string($jwt)) {
        return null;
    }
    $parts = explode('.', $jwt, 4);
    if (count($parts) !== 3) {
        return null;
    }
    [$header, $said, $signature] = array_map(base64url(...), $parts);
    // The algorithm is ours to say, never the token's.
    if ((json_decode($header, true)['alg'] ?? null) !== 'RS256') {
        return null;
    }
    return with_keys(function (array $keys) use ($parts, $said, $signature): ?array {
        // By default the JWT has no `kid`, so each RSA key of the set may be the one.
        foreach ($keys['rsa'] as $key) {
            if (openssl_verify("$parts[0].$parts[1]", $signature, $key, OPENSSL_ALGO_SHA256) !== 1) {
                continue;
            }
            $claims = json_decode($said);
            $is_of_now = time() >= $claims->iat - 300 && time() <= $claims->exp + 300;
            // What is beside the JWT is not signed, and neither is any header.
            return $is_of_now ? ['id' => $claims->data->event_id, 'event' => $claims->data] : null;
        }
        return null;
    });
}

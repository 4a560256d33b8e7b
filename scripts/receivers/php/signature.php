<?php
foreach (SECRETS as $secret) {
    if (!preg_match('#^(whsec_[A-Za-z0-9+/]{24,}={0,2}|whpk_[A-Za-z0-9+/]{43}=)$#D', $secret)) {
        throw new RuntimeException('WEBHOOK_SECRETS: is not whsec_ or whpk_ and base64');
    }
}

/**
 * The event's id, if one of the secrets signed it within the last five minutes.
 * @param array<string, string> $headers
 */
function signed_id(array $headers, string $body): ?string
{
    $id = $headers['webhook-id'] ?? '';
    $sent_at = $headers['webhook-timestamp'] ?? '';
    if (!preg_match('/^\d{1,12}$/D', $sent_at) || abs(time() - (int) $sent_at) > 300) {
        return null;
    }
    foreach (SECRETS as $secret) {
        foreach (explode(' ', $headers['webhook-signature'] ?? '') as $one) {
            [$version, $signature] = [...explode(',', $one, 2), ''];
            if (is_by($secret, $version, (string) base64_decode($signature, true), "$id.$sent_at.$body")) {
                return $id;
            }
        }
    }
    return null;
}

/** By a `whsec_` secret, or by the public half, `whpk_`, of an endpoint with `signature: "v1a"`. */
function is_by(string $secret, string $version, string $signature, string $signed): bool
{
    $key = (string) base64_decode(substr($secret, strpos($secret, '_') + 1), true);
    if (str_starts_with($secret, 'whsec_')) {
        return $version === 'v1'
            && strlen($signature) === 32
            && hash_equals(hash_hmac('sha256', $signed, $key, true), $signature);
    }
    return $version === 'v1a'
        && strlen($signature) === 64
        && sodium_crypto_sign_verify_detached($signature, $signed, $key);
}

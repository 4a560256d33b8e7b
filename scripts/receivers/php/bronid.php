<?php
/**
 * @param array<string, string> $headers
 * @return ?array{id: string, event: mixed} nothing unless one of the secrets signed it within the last five minutes
 */
function verified(array $headers, string $body): ?array
{
    foreach (SECRETS as $secret) {
        // SHA3-256, which is not SHA-256.
        $expected = 'bronid_sec_sha256_' . hash('sha3-256', $body . $secret);
        if (!hash_equals($expected, $headers['x-bronid-signature-sha'] ?? '')) {
            continue;
        }
        $event = json_decode($body, flags: JSON_BIGINT_AS_STRING);
        if (abs(time() - (int) $event->timestamp) > 300) {
            return null;
        }
        unset($event->timestamp, $event->signature);
        // There is no id: what stays the same when it is sent again tells it.
        return ['id' => hash('sha256', serialize($event)), 'event' => $event];
    }
    return null;
}

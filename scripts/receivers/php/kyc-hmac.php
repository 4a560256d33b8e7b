<?php
/** The endpoint's option `signedContent`. */
define('WITH_TIME', getenv('WEBHOOK_SIGNED_CONTENT') === 'timestamp.body');

/**
 * @param array<string, string> $headers
 * @return ?array{id: string, event: mixed} nothing unless one of the secrets signed it; the time is the event's, so it
 *   may be old
 */
function verified(array $headers, string $body): ?array
{
    $signed = WITH_TIME ? ($headers['x-webhook-timestamp'] ?? '') . ".$body" : $body;
    foreach (SECRETS as $secret) {
        $expected = 'sha256=' . hash_hmac('sha256', $signed, $secret);
        if (hash_equals($expected, $headers['x-webhook-signature'] ?? '')) {
            $event = json_decode($body);
            // Not X-Webhook-ID, which no signature covers.
            return ['id' => $event->id ?? throw new RuntimeException('the body has no id'), 'event' => $event];
        }
    }
    return null;
}

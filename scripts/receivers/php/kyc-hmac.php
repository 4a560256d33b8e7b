<?php
/**
 * @param array<string, string> $headers
 * @return ?array{id: string, event: mixed} nothing unless one of the secrets signed it; the time is the event's, so it
 *   may be old
 */
function verified(array $headers, string $body): ?array
{
    foreach (SECRETS as $secret) {
        // With the option `signedContent: "timestamp.body"`: "{$headers['x-webhook-timestamp']}.$body".
        $expected = 'sha256=' . hash_hmac('sha256', $body, $secret);
        if (hash_equals($expected, $headers['x-webhook-signature'] ?? '')) {
            $event = json_decode($body);
            // Not X-Webhook-ID, which no signature covers.
            return ['id' => $event->id ?? throw new RuntimeException('the body has no id'), 'event' => $event];
        }
    }
    return null;
}

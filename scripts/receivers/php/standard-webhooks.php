<?php
/**
 * @param array<string, string> $headers
 * @return ?array{id: string, event: mixed} nothing unless one of the secrets signed it within the last five minutes
 */
function verified(array $headers, string $body): ?array
{
    $id = signed_id($headers, $body);
    return $id === null ? null : ['id' => $id, 'event' => json_decode($body)];
}

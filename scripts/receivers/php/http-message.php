<?php
/** The endpoint's URL as Posthorn has it: a proxy may show you another one. */
define('ENDPOINT_URL', getenv('WEBHOOK_URL') ?: throw new RuntimeException('WEBHOOK_URL: is missing'));

// The members `posthorn` of Signature-Input and Signature: covered components and parameters, and the bytes.
const TEXT = '"(?:[^"\\\\]|\\\\.)*+"';
const INPUT = '/(?:^|,)\s*+posthorn=(\(((?:"[a-z0-9@_-]++" ?)*+)\)((?:;[a-z]++=(?:' . TEXT . '|\d++))*+))\s*+(?:,|$)/D';
const SIGNATURE = '/(?:^|,)\s*+posthorn=:([A-Za-z0-9+\/=]++):\s*+(?:,|$)/D';

/**
 * @param array<string, string> $headers
 * @return ?array{id: string, event: mixed} nothing unless one of the keys signed it, for this address and within the
 *   last five minutes
 */
function verified(array $headers, string $body): ?array
{
    $digest = 'sha-256=:' . base64_encode(hash('sha256', $body, true)) . ':';
    $is_signed =
        preg_match(INPUT, $headers['signature-input'] ?? '', $input)
        && preg_match(SIGNATURE, $headers['signature'] ?? '', $signature)
        && hash_equals($digest, $headers['content-digest'] ?? '');
    if (!$is_signed) {
        return null;
    }
    $components = preg_split('/[" ]++/', $input[2], -1, PREG_SPLIT_NO_EMPTY);
    preg_match_all('/;([a-z]++)="?([^";]*+)/', $input[3], $found);
    $parameters = array_combine($found[1], $found[2]);
    // The id is what tells a repeat, so it must be signed.
    $required = ['@method', '@target-uri', 'content-digest', 'webhook-id'];
    $is_ours = array_diff($required, $components) === [] && ($parameters['tag'] ?? '') === 'posthorn-webhook';
    if (!$is_ours || abs(time() - (int) ($parameters['created'] ?? 0)) > 300) {
        return null;
    }
    $values = ['@method' => 'POST', '@target-uri' => ENDPOINT_URL] + $headers;
    $base = '';
    foreach ($components as $name) {
        $base .= "\"$name\": " . trim($values[$name] ?? '') . "\n";
    }
    $base .= "\"@signature-params\": $input[1]";
    $bytes = (string) base64_decode($signature[1], true);
    $id = $parameters['keyid'] ?? '';
    return with_keys(function (array $keys) use ($id, $base, $bytes, $headers, $body): ?array {
        // The key says the algorithm, and not the request.
        $is_genuine = isset($keys['ed25519'][$id])
            ? strlen($bytes) === 64 && sodium_crypto_sign_verify_detached($bytes, $base, $keys['ed25519'][$id])
            : isset($keys['rsa'][$id]) && openssl_verify($base, $bytes, $keys['rsa'][$id], OPENSSL_ALGO_SHA256) === 1;
        return $is_genuine ? ['id' => $headers['webhook-id'], 'event' => json_decode($body)] : null;
    });
}

<?php
/** The private half of the endpoint's `encryption.jwk`, in PEM. */
define('PRIVATE_KEY', openssl_pkey_get_private('file://' . realpath((string) getenv('WEBHOOK_PRIVATE_KEY'))));
if (PRIVATE_KEY === false) {
    throw new RuntimeException('WEBHOOK_PRIVATE_KEY: is no file of a private key');
}

/**
 * @param array<string, string> $headers
 * @return ?array{id: string, event: mixed} nothing unless one of the secrets signed it within the last five minutes,
 *   and it is for our key
 */
function verified(array $headers, string $body): ?array
{
    // The signature is over the encrypted body. It comes first: encryption says nothing of the sender.
    $id = signed_id($headers, $body);
    $plain = $id === null ? null : decrypted($body);
    return $plain === null ? null : ['id' => $id, 'event' => json_decode($plain)];
}

/** A compact JWE (RFC 7516) with A256GCM, to an EC key on P-256 (ECDH-ES) or to an RSA key (RSA-OAEP-256). */
function decrypted(string $jwe): ?string
{
    $parts = explode('.', $jwe, 6);
    $header = json_decode(base64url($parts[0]), true);
    if (count($parts) !== 5 || ($header['enc'] ?? '') !== 'A256GCM') {
        return null;
    }
    [, $wrapped, $nonce, $text, $tag] = array_map(base64url(...), $parts);
    // The key says the algorithm, and not the body.
    $is_rsa = openssl_pkey_get_details(PRIVATE_KEY)['type'] === OPENSSL_KEYTYPE_RSA;
    if ($header['alg'] !== ($is_rsa ? 'RSA-OAEP-256' : 'ECDH-ES') || strlen($tag) !== 16) {
        return null;
    }
    $key = $is_rsa ? unwrapped($wrapped) : agreed($header['epk']);
    $plain = openssl_decrypt($text, 'aes-256-gcm', $key, OPENSSL_RAW_DATA, $nonce, $tag, $parts[0]);
    return $plain === false ? null : $plain;
}

/** Concat KDF (RFC 7518, section 4.6.2) with no party information: one round gives 256 bits. */
function agreed(array $epk): string
{
    $point = hex2bin('3059301306072a8648ce3d020106082a8648ce3d030107034200') . "\4";
    $info = base64_encode($point . base64url($epk['x']) . base64url($epk['y']));
    $pem = "-----BEGIN PUBLIC KEY-----\n" . chunk_split($info) . '-----END PUBLIC KEY-----';
    $shared = openssl_pkey_derive($pem, PRIVATE_KEY);
    if ($shared === false) {
        return random_bytes(32); // Not a point of our curve: nothing decrypts, least of all by a key that all know.
    }
    return hash('sha256', pack('N', 1) . $shared . pack('N', 7) . 'A256GCM' . pack('NNN', 0, 0, 256), true);
}

/** OAEP (RFC 8017, section 7.1.2) with SHA-256, for which OpenSSL's function in PHP has no setting before 8.5. */
function unwrapped(string $wrapped): string
{
    $block = '';
    if (!openssl_private_decrypt($wrapped, $block, PRIVATE_KEY, OPENSSL_NO_PADDING)) {
        return random_bytes(32);
    }
    $mask = function (string $seed, int $length): string {
        $bytes = '';
        for ($at = 0; strlen($bytes) < $length; $at++) {
            $bytes .= hash('sha256', $seed . pack('N', $at), true);
        }
        return substr($bytes, 0, $length);
    };
    [$seed, $masked] = [substr($block, 1, 32), substr($block, 33)];
    $seed ^= $mask($masked, 32);
    $data = $masked ^ $mask($seed, strlen($masked));
    $key = substr($data, -32);
    $padding = str_pad(hash('sha256', '', true), strlen($data) - 33, "\0") . "\1";
    // One answer for all that is wrong: another key, with which nothing decrypts.
    return hash_equals("\0$padding$key", $block[0] . $data) ? $key : random_bytes(32);
}

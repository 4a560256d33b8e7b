<?php
/** The key set of your tenant and environment, and no other: what is signed for others then does not verify. */
define('KEYS_URL', getenv('WEBHOOK_KEYS_URL') ?: throw new RuntimeException('WEBHOOK_KEYS_URL: is missing'));

/**
 * Looks with the cached keys, and if that gives nothing, with keys fetched anew: at most every 30 seconds.
 * @param callable(array{rsa: array<string, OpenSSLAsymmetricKey>, ed25519: array<string, string>}): ?array $look
 */
function with_keys(callable $look): ?array
{
    $kept = INBOX . '/jwks.json';
    $renewed = INBOX . '/jwks.renewed';
    if (!is_file($kept) || time() - filemtime($kept) > 300) {
        fetch_keys($kept);
    }
    $found = $look(keys_of((string) file_get_contents($kept)));
    if ($found !== null || (is_file($renewed) && time() - filemtime($renewed) < 30)) {
        return $found;
    }
    touch($renewed);
    fetch_keys($kept);
    return $look(keys_of((string) file_get_contents($kept)));
}

function fetch_keys(string $kept): void
{
    $context = stream_context_create(['http' => ['timeout' => 5, 'follow_location' => 0]]);
    $set = file_get_contents(KEYS_URL, false, $context);
    if (!is_array(json_decode((string) $set, true)['keys'] ?? null)) {
        throw new RuntimeException('the key set cannot be read');
    }
    $draft = tempnam(INBOX, 'draft');
    file_put_contents($draft, $set);
    rename($draft, $kept);
    clearstatcache();
}

/** By their ids: RSA keys as OpenSSL's, ed25519 keys as sodium's. */
function keys_of(string $set): array
{
    $keys = ['rsa' => [], 'ed25519' => []];
    foreach (json_decode($set, true)['keys'] as $jwk) {
        if ($jwk['kty'] === 'RSA') {
            $keys['rsa'][$jwk['kid']] = rsa_key(base64url($jwk['n']), base64url($jwk['e']));
        } elseif (($jwk['crv'] ?? '') === 'Ed25519') {
            $keys['ed25519'][$jwk['kid']] = base64url($jwk['x']);
        }
    }
    return $keys;
}

/** OpenSSL takes PEM only: SubjectPublicKeyInfo of modulus and exponent. */
function rsa_key(string $modulus, string $exponent): OpenSSLAsymmetricKey
{
    $der = function (int $tag, string $content): string {
        $length = ltrim(pack('N', strlen($content)), "\0");
        $size = strlen($content) < 128 ? $length : chr(0x80 | strlen($length)) . $length;
        return chr($tag) . $size . $content;
    };
    $numbers = $der(2, "\0" . ltrim($modulus, "\0")) . $der(2, "\0" . ltrim($exponent, "\0"));
    $rsa = hex2bin('300d06092a864886f70d0101010500');
    $info = base64_encode($der(0x30, $rsa . $der(3, "\0" . $der(0x30, $numbers))));
    $key = openssl_pkey_get_public("-----BEGIN PUBLIC KEY-----\n" . chunk_split($info) . '-----END PUBLIC KEY-----');
    return $key ?: throw new RuntimeException('a key of the key set cannot be read');
}

<?php
// Receives deliveries of the contract standard-webhooks, encrypted (JWE), with plain PHP.
// Copy this file, put your work into `handle`, and run it. The endpoint's URL ends in /webhooks.
//
//   PHP 8.2 or newer with openssl, sodium and pcntl; nothing else to install
//   php server.php
//
// Environment:
//   WEBHOOK_SECRETS      the endpoint's secret, or its `whpk_` key; during a rotation the new and the old, with a space between
//   WEBHOOK_PRIVATE_KEY  a file: the private half of the endpoint's `encryption.jwk`, PKCS #8 in PEM
//   PORT                 where it listens; 8080 if it is not set
//   INBOX                the folder for what was accepted; ./inbox if it is not set

/** The endpoint's secret, and while a rotation overlaps the one before it. */
define('SECRETS', preg_split('/\s+/', (string) getenv('WEBHOOK_SECRETS'), -1, PREG_SPLIT_NO_EMPTY));
if (SECRETS === [] || min(array_map(strlen(...), SECRETS)) < 24) {
    throw new RuntimeException('WEBHOOK_SECRETS: a secret is missing, or too short');
}

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

function base64url(string $text): string
{
    return (string) base64_decode(strtr($text, '-_', '+/'), true);
}

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

/** Your own work, for each event once. What throws here is tried again at the next start. */
function handle(string $id, mixed $event): void
{
    file_put_contents('php://stdout', "processed $id\n");
}

// What was accepted: a file for each id, written before the answer, emptied once its event is processed, and kept
// for 41 days, since Posthorn may repeat a delivery for 40. A table with the id as its primary key does the same.
define('INBOX', getenv('INBOX') ?: 'inbox');
const KEPT_SECONDS = 41 * 24 * 3600;

/** The largest delivery has less than 700 kB. */
const MAX_BODY_BYTES = 1_000_000;

/**
 * @param array<string, string> $headers by lower-case names
 * @return array{int, ?string} the status to answer, and the file to work on afterwards
 */
function receive(array $headers, string $body): array
{
    $delivery = verified($headers, $body);
    return $delivery === null ? [401, null] : [204, keep($delivery)];
}

/** Nothing if the id was there already. */
function keep(array $delivery): ?string
{
    $file = INBOX . '/' . hash('sha256', $delivery['id']);
    $draft = tempnam(INBOX, 'draft');
    file_put_contents($draft, serialize($delivery));
    // Whole or not at all, and for one of two that come together.
    $is_new = @link($draft, $file);
    unlink($draft);
    if (!$is_new && !is_file($file)) {
        throw new RuntimeException("$file cannot be written"); // Ours, not the sender's: it is sent again.
    }
    return $is_new ? $file : null;
}

function work(string $file): void
{
    $opened = fopen($file, 'r+');
    // A sweep may come while a request is at work on the same: the second waits, and finds it empty.
    flock($opened, LOCK_EX);
    $text = (string) stream_get_contents($opened);
    if ($text !== '') {
        ['id' => $id, 'event' => $event] = unserialize($text, ['allowed_classes' => [stdClass::class]]);
        handle($id, $event);
        ftruncate($opened, 0);
    }
    fclose($opened);
}

function sweep(): void
{
    foreach (glob(INBOX . '/*') as $file) {
        if (time() - filemtime($file) > KEPT_SECONDS) {
            unlink($file);
        } elseif (preg_match('/^[0-9a-f]{64}$/', basename($file))) {
            try {
                work($file);
            } catch (Throwable $error) {
                error_log((string) $error); // It is left in the inbox, and keeps neither the others nor the server.
            }
        }
    }
}

// What goes wrong is logged, and answered 500: it is sent again.
ini_set('display_errors', '0');
ini_set('log_errors', '1');
http_response_code(500);
if (!is_dir(INBOX)) {
    mkdir(INBOX, 0700, true);
}
if (PHP_SAPI === 'cli') {
    sweep();
    // PHP's own server; any other calls this file for each request. Then run it with `--sweep` every hour, as by cron.
    if (($argv[1] ?? '') !== '--sweep') {
        pcntl_exec(PHP_BINARY, ['-S', '0.0.0.0:' . (getenv('PORT') ?: '8080'), __FILE__]);
    }
    exit;
}
if ($_SERVER['REQUEST_METHOD'] !== 'POST' || parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH) !== '/webhooks') {
    http_response_code(404);
    exit;
}
// The raw bytes, of any content type: what a parser made of them does not verify.
$body = stream_get_contents(fopen('php://input', 'r'), MAX_BODY_BYTES + 1);
[$status, $file] = strlen($body) > MAX_BODY_BYTES
    ? [413, null]
    : receive(array_change_key_case(getallheaders()), $body);
http_response_code($status);
function_exists('fastcgi_finish_request') ? fastcgi_finish_request() : flush();
if ($file !== null) {
    work($file);
}

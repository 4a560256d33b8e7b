<?php
// Receives deliveries of the contract standard-webhooks, signed by HTTP message signatures (RFC 9421), with plain PHP.
// Copy this file, put your work into `handle`, and run it. The endpoint's URL ends in /webhooks.
//
//   PHP 8.2 or newer with openssl, sodium and pcntl; nothing else to install
//   php server.php
//
// Environment:
//   WEBHOOK_URL       the endpoint's URL, as Posthorn has it
//   WEBHOOK_KEYS_URL  https://<Posthorn>/.well-known/<tenant>/<environment>/jwks.json, yours and no other
//   PORT              where it listens; 8080 if it is not set
//   INBOX             the folder for what was accepted; ./inbox if it is not set

function base64url(string $text): string
{
    return (string) base64_decode(strtr($text, '-_', '+/'), true);
}

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

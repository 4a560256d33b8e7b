<?php
// Receives deliveries of the contract kyc-hmac, with plain PHP.
// Copy this file, put your work into `handle`, and run it. The endpoint's URL ends in /webhooks.
//
//   PHP 8.2 or newer with openssl, sodium and pcntl; nothing else to install
//   php server.php
//
// Environment:
//   WEBHOOK_SECRETS         the endpoint's secret; during a rotation the new and the old, with a space between
//   WEBHOOK_SIGNED_CONTENT  the endpoint's option `signedContent`: timestamp.body; body if it is not set
//   PORT                    where it listens; 8080 if it is not set
//   INBOX                   the folder for what was accepted; ./inbox if it is not set

/** The endpoint's secret, and while a rotation overlaps the one before it. */
define('SECRETS', preg_split('/\s+/', (string) getenv('WEBHOOK_SECRETS'), -1, PREG_SPLIT_NO_EMPTY));
if (SECRETS === [] || min(array_map(strlen(...), SECRETS)) < 24) {
    throw new RuntimeException('WEBHOOK_SECRETS: a secret is missing, or too short');
}

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

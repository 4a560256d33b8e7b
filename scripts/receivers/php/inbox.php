<?php
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

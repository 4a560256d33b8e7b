<?php
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

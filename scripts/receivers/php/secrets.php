<?php
/** The endpoint's secret, and while a rotation overlaps the one before it. */
define('SECRETS', preg_split('/\s+/', (string) getenv('WEBHOOK_SECRETS'), -1, PREG_SPLIT_NO_EMPTY));
if (SECRETS === [] || min(array_map(strlen(...), SECRETS)) < 24) {
    throw new RuntimeException('WEBHOOK_SECRETS: a secret is missing, or too short');
}

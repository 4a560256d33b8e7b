<?php
function base64url(string $text): string
{
    return (string) base64_decode(strtr($text, '-_', '+/'), true);
}

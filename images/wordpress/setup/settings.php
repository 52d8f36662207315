<?php

namespace Storeyard;

use RuntimeException;

/** A plain setting from the environment. Without a default it must be there. */
function setting(string $name, ?string $default = null): string
{
    $value = getenv($name);
    if ($value !== false && $value !== '') {
        return $value;
    }
    return $default ?? throw new RuntimeException("the environment variable $name is missing");
}

function isOn(string $name): bool
{
    return setting($name, 'false') === 'true';
}

/** How mail leaves the shop: `none` or `smtp`. */
function mailMode(): string
{
    return setting('MAIL_MODE', 'none');
}

function secretPath(string $name): string
{
    return setting('SECRETS_DIR', '/run/secrets/storeyard') . "/$name";
}

/** A secret from its mounted file, without the line end that editors and `kubectl create secret` leave. */
function secret(string $name): string
{
    $path = secretPath($name);
    $read = fn (): string|false => is_readable($path) ? @file_get_contents($path) : false;
    $value = $read();
    if ($value === false) {
        // Of a Secret that was changed the files are elsewhere, and PHP remembers for minutes where their links led to.
        clearstatcache(true);
        $value = $read();
    }
    return $value === false
        ? throw new RuntimeException("the secret $name cannot be read")
        : rtrim($value, "\r\n");
}

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

/** A secret from its mounted file, without the line end that editors and `kubectl create secret` leave. */
function secret(string $name): string
{
    $path = setting('SECRETS_DIR', '/run/secrets/storeyard') . "/$name";
    $value = is_readable($path) ? file_get_contents($path) : false;
    return $value === false
        ? throw new RuntimeException("the secret $name cannot be read")
        : rtrim($value, "\r\n");
}

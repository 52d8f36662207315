<?php

namespace Storeyard;

/** Where the image has the plugins and themes that it brings. Those of a shop are links to them. */
const BUNDLED = '/usr/share/storeyard/bundled';
const CONTENT = '/usr/share/wordpress/wp-content';

/** Whether the image brings it. `$kind`: plugins or themes. */
function isBundled(string $kind, string $folder): bool
{
    $path = CONTENT . "/$kind/$folder";
    return is_link($path) && str_starts_with((string) readlink($path), BUNDLED . '/');
}

/** `$file`: as WordPress names a plugin, with its folder. */
function isBundledPlugin(string $file): bool
{
    return isBundled('plugins', dirname($file));
}

<?php

/**
 * Unpacks what the image brings: each zip is a plugin or a theme in one folder, or a translation, as WordPress' own directory has them. Where
 * WordPress looks for what is brought are links to it then.
 */

namespace Storeyard;

require '/usr/share/storeyard/bundled.php';

/** The folder in which a zip is unpacked. */
function placeOf(\ZipArchive $zip): ?string
{
    $top = [];
    for ($i = 0; $i < $zip->numFiles; $i++) {
        $top[explode('/', $zip->getNameIndex($i))[0]] = true;
    }
    foreach (array_keys($top) as $file) {
        if (preg_match('#^(?!admin-|continents-cities-).+\\.po$#', $file) === 1) {
            return placeOfTranslation($zip->getFromName($file, 8192));
        }
    }
    return count($top) === 1 ? placeOfFolder($zip, array_key_first($top)) : null;
}

function placeOfFolder(\ZipArchive $zip, string $folder): ?string
{
    if (str_contains((string) $zip->getFromName("$folder/style.css"), 'Theme Name:')) {
        return 'themes';
    }
    for ($i = 0; $i < $zip->numFiles; $i++) {
        $isAtTop = preg_match('#^[^/]+/[^/]+\.php$#', $zip->getNameIndex($i)) === 1;
        if ($isAtTop && str_contains($zip->getFromIndex($i, 8192), 'Plugin Name:')) {
            return 'plugins';
        }
    }
    return null;
}

/** A translation says itself what it is of. */
function placeOfTranslation(string $text): string
{
    preg_match('#^"Project-Id-Version: (\w*)#m', $text, $of);
    return match ($of[1] ?? '') {
        'Plugins' => 'languages/plugins',
        'Themes' => 'languages/themes',
        default => 'languages',
    };
}

function unpack(string $path): void
{
    $zip = new \ZipArchive();
    if ($zip->open($path, \ZipArchive::RDONLY) !== true) {
        throw new \RuntimeException("$path is no zip");
    }
    $place = placeOf($zip);
    if ($place === null || !$zip->extractTo(BUNDLED . "/$place")) {
        throw new \RuntimeException("$path is no plugin or theme in a folder of its own, and no translation");
    }
}

array_map(unpack(...), glob('/tmp/build/bundled/*.zip'));
linkBundled();

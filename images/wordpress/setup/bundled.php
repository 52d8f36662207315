<?php

namespace Storeyard;

require_once __DIR__ . '/lib/bundled.php';

/**
 * Puts what the image brings among the plugins, themes and translations of the shop's owner, as links: they are those of whichever
 * image looks at them. What the owner has under the same name is the owner's, and stays.
 */
function linkBundled(): void
{
    foreach (['plugins', 'themes'] as $kind) {
        linkAll(CONTENT . "/$kind", glob(BUNDLED . "/$kind/*", GLOB_ONLYDIR));
        // Nobody gets a list of them, whatever the web server is.
        if (!file_exists(CONTENT . "/$kind/index.php")) {
            @file_put_contents(CONTENT . "/$kind/index.php", "<?php\n// Silence is golden.\n");
        }
    }
    foreach (['', '/plugins', '/themes'] as $below) {
        $translations = array_filter(glob(BUNDLED . "/languages$below/*"), is_file(...));
        if ($translations !== []) {
            @mkdir(CONTENT . "/languages$below", 0755, true);
        }
        linkAll(CONTENT . "/languages$below", $translations);
    }
}

function linkAll(string $folder, array $bundled): void
{
    foreach (glob("$folder/*") as $link) {
        $leadsTo = is_link($link) ? readlink($link) : '';
        if (str_starts_with($leadsTo, BUNDLED . '/') && !in_array($leadsTo, $bundled, true)) {
            @unlink($link);
        }
    }
    foreach ($bundled as $one) {
        linkOne("$folder/" . basename($one), $one);
    }
}

function linkOne(string $link, string $bundled): void
{
    if (is_link($link) && readlink($link) === $bundled) {
        return;
    }
    if (!is_link($link) && file_exists($link)) {
        printf("set-up: %s is the shop's own, and the image's is not used\n", basename($link));
        return;
    }
    // Another pod of the same shop may do the same at the same time.
    @unlink($link);
    if (!@symlink($bundled, $link) && !is_link($link)) {
        throw new \RuntimeException("$link cannot be made: the volume of the uploads takes nothing");
    }
}

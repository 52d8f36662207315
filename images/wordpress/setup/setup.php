<?php

/**
 * Sets the shop up, unattended, and can be run any number of times.
 *
 * Two processes: this one installs WordPress and switches the plugin on; shop.php then starts with the plugin loaded.
 * Each leaves a marker in wp_options when its part is done. With both markers there a run ends after one query.
 */

namespace Storeyard;

require __DIR__ . '/settings.php';
require __DIR__ . '/markers.php';
require __DIR__ . '/database.php';

try {
    $started = hrtime(true);
    $withShop = isOn('STORE_PLUGIN');
    if ($withShop && !is_file('/usr/share/wordpress/wp-content/plugins/woocommerce/woocommerce.php')) {
        throw new \RuntimeException(
            'this image has no WooCommerce: build it with woocommerce.zip, or set the value `plugin` to false'
        );
    }

    $database = connect(seconds: 300);
    $done = Markers::read($database);
    $database->close();

    if ($done->covers($withShop)) {
        say('nothing to do', $started);
        exit(0);
    }

    require __DIR__ . '/site.php';
    say('WordPress is set up', $started);
} catch (\Throwable $error) {
    fwrite(STDERR, "set-up failed: {$error->getMessage()}\n");
    exit(1);
}

if ($withShop) {
    // The plugin has to be loaded the way every request loads it, which takes a process of its own.
    pcntl_exec(PHP_BINARY, [__DIR__ . '/shop.php']);
    fwrite(STDERR, "set-up failed: the second process could not be started\n");
    exit(1);
}

function say(string $what, int $since): void
{
    printf("set-up: %s (%d ms)\n", $what, (hrtime(true) - $since) / 1e6);
}

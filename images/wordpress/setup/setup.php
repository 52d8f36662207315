<?php

/**
 * Sets the shop up, unattended, and can be run any number of times.
 *
 * Two processes: this one installs WordPress and switches the plugin on; shop.php then starts with the plugin loaded.
 * Each leaves a marker in wp_options when its part is done. With both markers there, and the address as it was, a run
 * ends after two queries.
 */

namespace Storeyard;

require __DIR__ . '/settings.php';
require __DIR__ . '/markers.php';
require __DIR__ . '/database.php';
require __DIR__ . '/lib/cache-claim.php';
require __DIR__ . '/moving.php';
require __DIR__ . '/bundled.php';

try {
    $started = hrtime(true);
    $withShop = isOn('STORE_PLUGIN');
    if (setting('PLUGINS', 'managed') === 'own') {
        linkBundled();
    }
    if ($withShop && !is_file('/usr/share/wordpress/wp-content/plugins/woocommerce/woocommerce.php')) {
        throw new \RuntimeException(
            'this image has no WooCommerce: build it with woocommerce.zip, or set the value `plugin` to false'
        );
    }

    $database = connect(seconds: 300);
    $done = Markers::read($database);
    if ($done->has(Markers::SITE)) {
        Moving::follow($database, setting('STORE_URL'));
    }
    $database->close();

    if ($done->covers($withShop)) {
        beginCache();
        say('nothing to do', $started);
        exit(0);
    }

    require __DIR__ . '/site.php';
    beginCache();
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

/** From here on the object cache is this pod's, and empty: another pod, which may still answer, keeps nothing any more. */
function beginCache(): void
{
    $database = connect(seconds: 60);
    $database->execute_query(
        "INSERT INTO wp_options (option_name, option_value, autoload) VALUES (?, ?, 'off')"
            . ' ON DUPLICATE KEY UPDATE option_value = VALUES(option_value)',
        [CacheClaim::OPTION, CacheClaim::begun()]
    );
    $database->close();
}

function say(string $what, int $since): void
{
    printf("set-up: %s (%d ms)\n", $what, (hrtime(true) - $since) / 1e6);
}

<?php

/**
 * Process two: the shop. WooCommerce is loaded as on every request; its own updates ran on the way in.
 */

namespace Storeyard;

require __DIR__ . '/settings.php';
require __DIR__ . '/markers.php';

try {
    $started = hrtime(true);
    require __DIR__ . '/wordpress.php';
    if (!function_exists('WC')) {
        // Only possible once the owner has switched the plugin off in the admin: theirs to switch on again.
        fwrite(STDERR, "set-up: WooCommerce is switched off in this shop, nothing done\n");
        exit(0);
    }
    if (get_option(Markers::SHOP) !== false) {
        // With the owner's plugins, which have addresses of their own, they are made by the next request.
        delete_option('rewrite_rules');
    } else {
        require __DIR__ . '/locale.php';
        require __DIR__ . '/shop-settings.php';
        require __DIR__ . '/products.php';
        applyShopSettings(opensAtOnce: isOn('STORE_OPENS_AT_ONCE'));
        if (isOn('STORE_SAMPLE_PRODUCTS')) {
            addSampleProducts();
        }
        flush_rewrite_rules(false);
    }
    setOption(Markers::SHOP, Markers::current());
    printf("set-up: the shop is set up (%d ms)\n", (hrtime(true) - $started) / 1e6);
} catch (\Throwable $error) {
    fwrite(STDERR, "set-up failed: {$error->getMessage()}\n");
    exit(1);
}

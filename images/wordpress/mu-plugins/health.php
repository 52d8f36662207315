<?php
/**
 * Plugin Name: Storeyard: health
 * Description: Site Health looks for what the owner can mend. What the platform does on purpose, or in another way, is no fault of the shop.
 */

namespace Storeyard;

/** What is asked of hosts outside, which nothing here reaches. */
const ASKS_OUTSIDE = ['http_requests', 'dotorg_communication', 'php_version'];
/** WordPress is updated with the image, by the platform. */
const UPDATES_WORDPRESS = ['background_updates', 'wordpress_version'];
/** Where plugins and themes are, too. */
const UPDATES_PLUGINS = ['plugin_theme_auto_updates', 'update_temp_backup_writable', 'available_updates_disk_space'];

add_filter('site_status_tests', function (array $tests): array {
    $away = [
        ...(defined('WP_HTTP_BLOCK_EXTERNAL') && WP_HTTP_BLOCK_EXTERNAL ? ASKS_OUTSIDE : []),
        ...UPDATES_WORDPRESS,
        ...(wp_is_file_mod_allowed('storeyard_health') ? [] : UPDATES_PLUGINS),
    ];
    return array_map(fn (array $ofKind): array => array_diff_key($ofKind, array_flip($away)), $tests);
});

// There is one, which WordPress takes for none: see lib/object-cache.php.
add_filter('site_status_should_suggest_persistent_object_cache', '__return_false');

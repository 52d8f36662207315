<?php
/**
 * Plugin Name: Storeyard: health
 * Description: Site Health looks for what the owner can mend. What the platform does on purpose, or in another way, is no fault of the shop.
 */

namespace Storeyard;

/** What is asked of hosts outside, which nothing here reaches. */
const ASKS_OUTSIDE = ['http_requests', 'dotorg_communication', 'wordpress_version', 'php_version'];
/** WordPress, its plugins and PHP are updated with the image, by the platform. */
const UPDATES_ITSELF = [
    'background_updates', 'plugin_theme_auto_updates', 'update_temp_backup_writable', 'available_updates_disk_space',
];

add_filter('site_status_tests', function (array $tests): array {
    $away = [
        ...(defined('WP_HTTP_BLOCK_EXTERNAL') && WP_HTTP_BLOCK_EXTERNAL ? ASKS_OUTSIDE : []),
        ...(wp_is_file_mod_allowed('storeyard_health') ? [] : UPDATES_ITSELF),
    ];
    return array_map(fn (array $ofKind): array => array_diff_key($ofKind, array_flip($away)), $tests);
});

// There is one, which WordPress takes for none: see lib/object-cache.php.
add_filter('site_status_should_suggest_persistent_object_cache', '__return_false');

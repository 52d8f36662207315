<?php
/**
 * Plugin Name: Storeyard: bundled
 * Description: WordPress, and the plugins and themes that the platform brings, are updated with it, and by nobody else.
 */

namespace Storeyard;

use Plugin_Upgrader;
use Theme_Upgrader;
use WP_Error;
use WP_Upgrader;

require_once '/usr/share/storeyard/lib/bundled.php';

const IS_BUNDLED = 'It comes with the platform, which updates it: it can be switched off here, and neither replaced nor deleted.';

foreach (['plugins' => isBundledPlugin(...), 'themes' => fn (string $theme): bool => isBundled('themes', $theme)] as $kind => $isBundled) {
    add_filter("site_transient_update_$kind", function (mixed $updates) use ($isBundled): mixed {
        foreach (['response', 'no_update'] as $list) {
            if (is_object($updates) && is_array($updates->$list ?? null)) {
                $updates->$list = array_filter($updates->$list, fn ($name) => !$isBundled((string) $name), ARRAY_FILTER_USE_KEY);
            }
        }
        return $updates;
    });
}

add_filter('site_transient_update_core', function (mixed $updates): mixed {
    if (is_object($updates)) {
        $updates->updates = [];
        // Those that come with the platform cannot be written over; others are the shop's own.
        $isOwn = fn (mixed $one): bool => !is_link(CONTENT . '/languages/' . (((array) $one)['language'] ?? '') . '.mo');
        $updates->translations = array_values(array_filter((array) ($updates->translations ?? []), $isOwn));
    }
    return $updates;
});
add_filter('map_meta_cap', fn (array $needed, string $asked): array => $asked === 'update_core' ? ['do_not_allow'] : $needed, 10, 2);

// A zip with the same folder in it would be put in its place.
add_filter('upgrader_source_selection', function (mixed $source, string $remote, WP_Upgrader $upgrader): mixed {
    $kind = match (true) {
        $upgrader instanceof Plugin_Upgrader => 'plugins',
        $upgrader instanceof Theme_Upgrader => 'themes',
        default => null,
    };
    $isRefused = $kind !== null && is_string($source) && isBundled($kind, basename($source));
    return $isRefused ? new WP_Error('bundled', IS_BUNDLED) : $source;
}, 20, 3);

// The first is asked before a plugin takes away what it has in the database.
foreach (['pre_uninstall_plugin', 'delete_plugin'] as $hook) {
    add_action($hook, function (string $file): void {
        if (isBundledPlugin($file)) {
            refuseDeletion();
        }
    });
}
add_action('delete_theme', function (string $theme): void {
    if (isBundled('themes', $theme)) {
        refuseDeletion();
    }
});

function refuseDeletion(): void
{
    if (wp_doing_ajax()) {
        wp_send_json_error(['errorCode' => 'bundled', 'errorMessage' => IS_BUNDLED]);
    }
    wp_die(esc_html(IS_BUNDLED), '', ['response' => 403, 'back_link' => true]);
}

add_filter('plugin_action_links', function (array $links, string $file): array {
    return isBundledPlugin($file) ? array_diff_key($links, ['delete' => '']) : $links;
}, 10, 2);
add_filter('plugin_row_meta', function (array $meta, string $file): array {
    return isBundledPlugin($file) ? [...$meta, 'Brought and updated by the platform'] : $meta;
}, 10, 2);
add_filter('wp_prepare_themes_for_js', function (array $themes): array {
    foreach (array_keys($themes) as $name) {
        if (isBundled('themes', (string) $name)) {
            $themes[$name]['actions']['delete'] = '';
        }
    }
    return $themes;
});

add_action('admin_notices', function (): void {
    if (get_current_screen()?->id === 'update-core') {
        wp_admin_notice(
            'WordPress itself, and the plugins and themes that came with this shop, are updated by the platform: what it offers '
                . 'stands on the shop’s page there. Here are the others.',
            ['type' => 'info']
        );
    }
});

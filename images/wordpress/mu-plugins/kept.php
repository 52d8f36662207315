<?php
/**
 * Plugin Name: Storeyard: kept
 * Description: A plugin or theme that is not there is not forgotten: it may come back.
 */

namespace Storeyard;

/**
 * A shop without its theme would be an empty page. WordPress asks for it by two names, which have to go together.
 */
foreach (['stylesheet', 'template'] as $name) {
    add_filter("option_$name", fn (mixed $chosen): mixed => isThemeThere() ? $chosen : WP_DEFAULT_THEME);
}
foreach (['switch_theme', 'deleted_theme'] as $hook) {
    add_action($hook, fn () => isThemeThere(anew: true));
}

function isThemeThere(bool $anew = false): bool
{
    static $isThere = null;
    if ($isThere === null || $anew) {
        $chosen = array_intersect_key(wp_load_alloptions(), ['stylesheet' => '', 'template' => '']);
        $isThere = array_filter($chosen, fn (string $theme): bool => !is_dir(WP_CONTENT_DIR . "/themes/$theme")) === [];
    }
    return $isThere;
}

// Where the platform brings all plugins, those that the shop's owner had brought before lie where WordPress does not see them, and it
// would strike each from the list of those that are active.
if (DISALLOW_FILE_MODS) {
    $missing = [];
    add_filter('option_active_plugins', function (mixed $active) use (&$missing): mixed {
        if (!is_array($active)) {
            return $active;
        }
        $isThere = fn (string $file): bool => is_file(WP_PLUGIN_DIR . "/$file");
        $missing = array_values(array_filter($active, fn (string $file): bool => !$isThere($file)));
        return array_values(array_filter($active, $isThere));
    });
    add_filter('pre_update_option_active_plugins', function (mixed $active) use (&$missing): mixed {
        return is_array($active) ? [...$active, ...array_diff($missing, $active)] : $active;
    });
    add_action('admin_notices', function () use (&$missing): void {
        if ($missing !== [] && get_current_screen()?->id === 'plugins') {
            wp_admin_notice(
                'The plugins that this shop had of its own are kept and not used: '
                    . esc_html(implode(', ', $missing)) . '.',
                ['type' => 'warning']
            );
        }
    });
}

<?php
/**
 * Plugin Name: Storeyard: safe mode
 * Description: In safe mode nothing of the shop's owner is run: no plugin but those that the platform brings, and the default theme.
 */

namespace Storeyard;

// The set-up never runs anything of the owner's: a plugin that broke would keep the shop from coming up at all.
if (!isOn('SAFE_MODE') && !defined('STOREYARD_SETUP')) {
    return;
}

require_once '/usr/share/storeyard/lib/bundled.php';

// WordPress reads the list to load what is in it. To everybody who reads it later it is as ever, so that it can be changed.
$onlyBundled = fn (mixed $active): mixed => is_array($active) ? array_values(array_filter($active, isBundledPlugin(...))) : $active;
add_filter('option_active_plugins', $onlyBundled);
add_action('plugins_loaded', fn () => remove_filter('option_active_plugins', $onlyBundled), PHP_INT_MIN);

$defaultTheme = fn (): string => WP_DEFAULT_THEME;
foreach (['stylesheet', 'template'] as $name) {
    add_filter("pre_option_$name", $defaultTheme);
    // By now the theme is loaded; pages of the admin show and change which one is chosen.
    add_action('admin_init', fn () => remove_filter("pre_option_$name", $defaultTheme), PHP_INT_MIN);
}

add_action('admin_notices', function (): void {
    wp_admin_notice(
        '<strong>Safe mode.</strong> Of this shop’s plugins only those run that the platform brings, and visitors see the default theme, '
            . 'whatever is said to be active. Deactivate or delete what broke the shop, then leave safe mode on the shop’s page of the platform.',
        ['type' => 'warning']
    );
});

<?php

/**
 * Process one: WordPress itself, its permalinks, the plugin switched on. Runs before the plugin has ever been loaded.
 */

namespace Storeyard;

// Installing and loading differ in what WordPress expects of the database.
if (!$done->has(Markers::SITE)) {
    define('WP_INSTALLING', true);
}

require __DIR__ . '/quiet.php';
require __DIR__ . '/password.php';
require __DIR__ . '/locale.php';
require __DIR__ . '/wordpress.php';
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
require_once ABSPATH . 'wp-admin/includes/plugin.php';

$language = language();
if (!is_blog_installed()) {
    speak($language);
    $user = secret('admin-user');
    $password = asFormsSendIt(secret('admin-password'));
    wp_install(setting('STORE_TITLE'), $user, secret('admin-email'), true, '', $password, $language);
    if (!username_exists($user)) {
        throw new \RuntimeException('WordPress did not make the administrator');
    }
}

if (!$done->has(Markers::SITE)) {
    // WordPress would store "A &amp; B" and "A & B" alike; the owner's characters are kept as they are.
    $title = htmlspecialchars(setting('STORE_TITLE'), ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
    add_filter('sanitize_option_blogname', fn () => $title, 100);
    setOption('blogname', $title);
    remove_all_filters('sanitize_option_blogname', 100);

    setOption('WPLANG', $language);
    setOption('timezone_string', timeZone());
    // The admin's browser would ask an outside host for pictures of people.
    setOption('show_avatars', '0');
    if (get_option('permalink_structure') !== '/%postname%/') {
        $wp_rewrite->set_permalink_structure('/%postname%/');
        flush_rewrite_rules(false);
    }
} else {
    wp_upgrade();
}

if ($withShop && !is_plugin_active('woocommerce/woocommerce.php') && !$done->has(Markers::SHOP)) {
    $failure = activate_plugin('woocommerce/woocommerce.php');
    if (is_wp_error($failure)) {
        throw new \RuntimeException("WooCommerce could not be switched on: {$failure->get_error_message()}");
    }
}

setOption(Markers::SITE, Markers::current());

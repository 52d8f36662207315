<?php
/**
 * Plugin Name: Storeyard: directory
 * Description: Says where new plugins and themes come from, and where they cannot come from.
 */

namespace Storeyard;

use WP_Error;

const IS_MANAGED = 'The plugins and themes of this shop are those that its platform brings, so none can be added, replaced or deleted here. '
    . 'Ask whoever runs the platform for others.';
const IS_CLOSED = 'This shop reaches nothing outside, so the directory of WordPress cannot be shown. Upload a plugin or theme as a zip, '
    . 'or open the shop to the internet on its page of the platform.';

/** Whether the shop's owner brings plugins and themes. */
function bringsOwn(): bool
{
    return !DISALLOW_FILE_MODS;
}

if (WP_HTTP_BLOCK_EXTERNAL) {
    // Otherwise something unexpected would be said to have happened. The list of plugins shows this sentence, that of themes does not.
    foreach (['plugins_api', 'themes_api', 'translations_api'] as $hook) {
        add_filter($hook, fn (mixed $answer): mixed => $answer === false ? new WP_Error('closed', IS_CLOSED) : $answer);
    }
}

add_action('admin_notices', function (): void {
    $sentence = match (true) {
        !bringsOwn() => in_array(get_current_screen()?->id, ['plugins', 'themes'], true) ? IS_MANAGED : null,
        WP_HTTP_BLOCK_EXTERNAL => get_current_screen()?->id === 'theme-install' ? IS_CLOSED : null,
        default => null,
    };
    if ($sentence !== null) {
        wp_admin_notice($sentence, ['type' => 'info']);
    }
});

// Instead of “you are not allowed to access this page”, to somebody who is an administrator.
add_action('admin_page_access_denied', function (): void {
    $isAboutFiles = in_array($GLOBALS['pagenow'], ['plugin-install.php', 'theme-install.php', 'plugin-editor.php', 'theme-editor.php'], true);
    if ($isAboutFiles && !bringsOwn() && current_user_can('activate_plugins')) {
        wp_die(IS_MANAGED, '', ['response' => 403, 'back_link' => true]);
    }
});

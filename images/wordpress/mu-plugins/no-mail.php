<?php
/**
 * Plugin Name: Storeyard: no mail
 * Description: This shop sends no mail, and says so.
 */

namespace Storeyard;

use WP_Error;

if (mailMode() !== 'none') {
    return;
}

// No mail can leave the pod. What is called sent and never comes keeps people waiting, so whoever asks for one is told.
add_filter('pre_wp_mail', '__return_false');

/** Where an owner would count on mail. WooCommerce's own pages show no notices but in its settings and orders. */
const SCREENS_ABOUT_MAIL = [
    'dashboard', 'options-general', 'users', 'user', 'profile', 'user-edit',
    'woocommerce_page_wc-settings', 'woocommerce_page_wc-orders',
];

add_action('admin_notices', function (): void {
    if (!in_array(get_current_screen()?->id, SCREENS_ABOUT_MAIL, true)) {
        return;
    }
    wp_admin_notice(
        '<strong>This shop sends no mail.</strong> No order confirmation and no link for a new password reaches anybody. '
            . 'Look at the list of orders for what was ordered, and set a new password for a person under Users.',
        ['type' => 'warning']
    );
});

// Both forms for a forgotten password ask here. Whether there is such a user is not told either.
add_action('lostpassword_post', function (WP_Error $errors): void {
    foreach ($errors->get_error_codes() as $code) {
        $errors->remove($code);
    }
    $errors->add(
        'no_mail',
        'This shop sends no mail, so a new password cannot be sent. Ask the shop’s administrator to set one.'
    );
});

// A link to choose a password would come by mail: whoever registers chooses one there.
add_filter('pre_option_woocommerce_registration_generate_password', fn (): string => 'no');

// A changed address would wait for ever for the mail that is to confirm it.
add_action('admin_init', function (): void {
    foreach (['add_option_new_admin_email', 'update_option_new_admin_email'] as $hook) {
        remove_action($hook, 'update_option_new_admin_email');
        add_action($hook, fn ($nameOrOld, $address) => update_option('admin_email', $address), 10, 2);
    }
    remove_action('personal_options_update', 'send_confirmation_on_profile_email');
});

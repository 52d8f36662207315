<?php

namespace Storeyard;

/** Everything between "the plugin is active" and "a visitor can order". Each step looks before it writes. */
function applyShopSettings(): void
{
    require_once ABSPATH . 'wp-admin/includes/plugin.php';

    // WooCommerce does this on the first admin page. Without it an earlier order decides for the old order tables.
    if (get_option('woocommerce_newly_installed') === 'yes') {
        \WC_Install::newly_installed();
    }
    foreach (shopOptions() as $name => $value) {
        setOption($name, $value);
    }
    delete_transient('_wc_activation_redirect');

    makePages();
    makeShipping();
    removeSampleContent();
}

function shopOptions(): array
{
    return [
        // The shop is open at once.
        'woocommerce_coming_soon' => 'no',
        'woocommerce_store_pages_only' => 'no',
        // No wizard, no task list, no adverts, no tracking. `skipped` is compared strictly: a real boolean.
        'woocommerce_onboarding_profile' => ['skipped' => true],
        'woocommerce_task_list_hidden_lists' => ['setup', 'extended'],
        'woocommerce_show_marketplace_suggestions' => 'no',
        'woocommerce_allow_tracking' => 'no',
        // A place to start from; the owner's to change.
        'woocommerce_currency' => 'EUR',
        'woocommerce_default_country' => 'DE:DE-BE',
        'woocommerce_enable_guest_checkout' => 'yes',
        // A link to choose a password would come by mail, and no mail is sent.
        'woocommerce_registration_generate_password' => 'no',
        // Written directly: the gateway's own method sends a mail and writes a log.
        'woocommerce_cod_settings' => [
            'enabled' => 'yes',
            'title' => 'Cash on delivery',
            'description' => 'Pay with cash upon delivery.',
            'instructions' => 'Pay with cash upon delivery.',
            'enable_for_methods' => [],
            'enable_for_virtual' => 'yes',
        ],
    ];
}

function makePages(): void
{
    $published = fn (string $page): bool => get_post_status(wc_get_page_id($page)) === 'publish';
    foreach (['shop', 'cart', 'checkout', 'myaccount'] as $page) {
        if (!$published($page)) {
            \WC_Install::create_pages();
            break;
        }
    }
    setOption('show_on_front', 'page');
    setOption('page_on_front', (string) wc_get_page_id('shop'));
}

/** One flat rate for the zone that covers the rest of the world: without any method nobody is asked where to ship to. */
function makeShipping(): void
{
    $everywhere = new \WC_Shipping_Zone(0);
    if ($everywhere->get_shipping_methods() !== []) {
        return;
    }
    $method = $everywhere->add_shipping_method('flat_rate');
    setOption("woocommerce_flat_rate_{$method}_settings", [
        'title' => 'Flat rate',
        'tax_status' => 'taxable',
        'cost' => '4.90',
    ]);
}

/** WordPress' own first post and page have no place in a shop. */
function removeSampleContent(): void
{
    foreach (['hello-world' => 'post', 'sample-page' => 'page'] as $slug => $type) {
        $post = get_page_by_path($slug, OBJECT, $type);
        if ($post) {
            wp_delete_post($post->ID, true);
        }
    }
}

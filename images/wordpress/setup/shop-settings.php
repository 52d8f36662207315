<?php

namespace Storeyard;

/** Everything between "the plugin is active" and a shop that sells, or could. Each step looks before it writes. */
function applyShopSettings(bool $opensAtOnce): void
{
    require_once ABSPATH . 'wp-admin/includes/plugin.php';

    // WooCommerce does this on the first admin page. Without it an earlier order decides for the old order tables.
    if (get_option('woocommerce_newly_installed') === 'yes') {
        \WC_Install::newly_installed();
    }
    foreach (shopOptions($opensAtOnce) as $name => $value) {
        setOption($name, $value);
    }
    delete_transient('_wc_activation_redirect');

    makePages();
    makeShipping();
    removeSampleContent();
}

function shopOptions(bool $opensAtOnce): array
{
    return [
        'woocommerce_coming_soon' => $opensAtOnce ? 'no' : 'yes',
        'woocommerce_store_pages_only' => 'no',
        // Forgotten when the owner opens it: see mu-plugins/selling.php.
        ...($opensAtOnce ? [] : ['storeyard_not_opened' => 'yes']),
        // No wizard, no task list, no adverts, no tracking. `skipped` is compared strictly: a real boolean.
        'woocommerce_onboarding_profile' => ['skipped' => true],
        'woocommerce_task_list_hidden_lists' => ['setup', 'extended'],
        'woocommerce_show_marketplace_suggestions' => 'no',
        'woocommerce_allow_tracking' => 'no',
        // A place to start from; the owner's to change.
        ...shopLocale(),
        'woocommerce_enable_guest_checkout' => 'yes',
        // By a link that comes by mail. Where none is sent, mu-plugins/no-mail.php says otherwise, whatever stands here.
        'woocommerce_registration_generate_password' => 'yes',
        // Written directly: the gateway's own method sends a mail and writes a log.
        'woocommerce_cod_settings' => [
            'enabled' => $opensAtOnce ? 'yes' : 'no',
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

<?php
/**
 * Plugin Name: Card payments
 * Description: Takes cards through a server that speaks Stripe's API, as plugins of payment providers do.
 * Version: 1.0.0
 * Requires Plugins: woocommerce
 */

namespace CardPayments;

use Automattic\WooCommerce\Blocks\Payments\PaymentMethodRegistry;
use Automattic\WooCommerce\Utilities\FeaturesUtil;

const ID = 'cards';
/** Where the provider tells what became of a payment: `/?wc-api=cards`. */
const WEBHOOK = 'woocommerce_api_' . ID;

add_action('before_woocommerce_init', function (): void {
    foreach (['custom_order_tables', 'cart_checkout_blocks'] as $feature) {
        FeaturesUtil::declare_compatibility($feature, __FILE__);
    }
});

add_action('woocommerce_loaded', function (): void {
    foreach (['provider', 'webhook', 'gateway'] as $part) {
        require __DIR__ . "/$part.php";
    }
    add_filter('woocommerce_payment_gateways', fn (array $gateways): array => [...$gateways, Gateway::class]);
    add_action(WEBHOOK, fn () => Webhook::answer(new Gateway()));
});

add_action('woocommerce_blocks_payment_method_type_registration', function (PaymentMethodRegistry $methods): void {
    require __DIR__ . '/checkout.php';
    $methods->register(new Checkout());
});

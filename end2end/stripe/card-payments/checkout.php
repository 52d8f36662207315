<?php

namespace CardPayments;

use Automattic\WooCommerce\Blocks\Payments\Integrations\AbstractPaymentMethodType;

/** The card's fields on the checkout page. */
final class Checkout extends AbstractPaymentMethodType
{
    protected $name = ID;

    public function initialize(): void
    {
        $this->settings = get_option('woocommerce_' . ID . '_settings', []);
    }

    public function is_active(): bool
    {
        return ($this->settings['enabled'] ?? 'no') === 'yes';
    }

    public function get_payment_method_script_handles(): array
    {
        // The provider's own script: the card's number never comes to the shop.
        wp_register_script('cards-provider', "{$this->settings['address']}/js.stripe.com/v3/", [], null, true);
        wp_register_script(
            'cards-checkout',
            plugins_url('checkout.js', __FILE__),
            ['cards-provider', 'wc-blocks-registry', 'wc-settings', 'wp-element'],
            '1.0.0',
            true
        );
        return ['cards-checkout'];
    }

    public function get_payment_method_data(): array
    {
        return ['title' => $this->settings['title'], 'publishableKey' => $this->settings['publishable_key']];
    }
}

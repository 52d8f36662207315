<?php

namespace CardPayments;

use RuntimeException;
use WC_Payment_Gateway;

final class Gateway extends WC_Payment_Gateway
{
    public function __construct()
    {
        $this->id = ID;
        $this->method_title = 'Card payments';
        $this->method_description = 'Cards, through a provider.';
        $this->supports = ['products'];
        $this->form_fields = [
            'enabled' => ['title' => 'Enable', 'type' => 'checkbox', 'label' => 'Take cards', 'default' => 'no'],
            'title' => ['title' => 'Title', 'type' => 'text', 'default' => 'Card'],
            'address' => ['title' => 'Address of the API', 'type' => 'text', 'default' => ''],
            'publishable_key' => ['title' => 'Publishable key', 'type' => 'text', 'default' => ''],
            'secret_key' => ['title' => 'Secret key', 'type' => 'password', 'default' => ''],
            'webhook_secret' => ['title' => 'Webhook secret', 'type' => 'password', 'default' => ''],
        ];
        $this->init_settings();
        $this->title = $this->get_option('title');
        $this->enabled = $this->get_option('enabled');
        add_action("woocommerce_update_options_payment_gateways_{$this->id}", [$this, 'process_admin_options']);
    }

    public function process_payment($id): array
    {
        $order = wc_get_order($id);
        $provider = new Provider($this->get_option('address'), $this->get_option('secret_key'));
        $intent = $provider->pay(
            token: wc_clean(wp_unslash($_POST['cards_token'] ?? '')),
            amount: (int) round($order->get_total() * 10 ** wc_get_price_decimals()),
            currency: strtolower($order->get_currency()),
            email: $order->get_billing_email(),
            order: $order->get_id()
        );
        if ($intent['status'] !== 'succeeded') {
            throw new RuntimeException('The card was not charged.');
        }
        // Whether it is paid, the provider's own word says, and that may be here by now: the order's status is left to it.
        $order->add_order_note('The card was charged; the provider is yet to confirm it.');
        WC()->cart->empty_cart();
        return ['result' => 'success', 'redirect' => $this->get_return_url($order)];
    }
}

<?php

namespace CardPayments;

use RuntimeException;

/** The provider's API. */
final class Provider
{
    public function __construct(private string $address, private string $secretKey)
    {
    }

    /** Takes an amount from the card that the browser has exchanged for a token; the payment intent. */
    public function pay(string $token, int $amount, string $currency, string $email, int $order): array
    {
        $customer = $this->post('customers', ['source' => $token, 'email' => $email]);
        return $this->post('payment_intents', [
            'amount' => $amount,
            'currency' => $currency,
            'customer' => $customer['id'],
            'payment_method' => $customer['default_source'],
            'confirm' => 'true',
            'metadata' => ['order_id' => $order],
        ]);
    }

    private function post(string $path, array $fields): array
    {
        $answer = wp_remote_post("{$this->address}/v1/$path", [
            'headers' => ['Authorization' => "Bearer {$this->secretKey}"],
            'body' => $fields,
            'timeout' => 20,
            // Providers' libraries bring the authorities along that they trust.
            'sslcertificates' => __DIR__ . '/authorities.pem',
        ]);
        if (is_wp_error($answer)) {
            throw new RuntimeException("The payment provider cannot be reached: {$answer->get_error_message()}");
        }
        $told = json_decode(wp_remote_retrieve_body($answer), true);
        if (wp_remote_retrieve_response_code($answer) !== 200) {
            throw new RuntimeException($told['error']['message'] ?? 'The payment provider refused.');
        }
        return $told;
    }
}

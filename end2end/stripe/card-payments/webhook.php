<?php

namespace CardPayments;

/** What the provider tells by itself, signed with a secret that only it and the shop know. */
final class Webhook
{
    /** How old a message may be, in seconds: an old one that somebody has kept is not taken again. */
    private const PATIENCE = 300;

    public static function answer(Gateway $gateway): never
    {
        $body = file_get_contents('php://input');
        if (!self::isSigned($body, $_SERVER['HTTP_STRIPE_SIGNATURE'] ?? '', $gateway->get_option('webhook_secret'))) {
            wp_die('The signature is not right.', '', ['response' => 400]);
        }
        $event = json_decode($body, true);
        if ($event['type'] === 'payment_intent.succeeded') {
            self::paid($event['data']['object']);
        }
        wp_die('ok', '', ['response' => 200]);
    }

    private static function isSigned(string $body, string $signature, string $secret): bool
    {
        // `t=TIME,v1=SIGNATURE`
        parse_str(str_replace(',', '&', $signature), $given);
        $time = (int) ($given['t'] ?? 0);
        return $secret !== ''
            && abs(time() - $time) <= self::PATIENCE
            && hash_equals(hash_hmac('sha256', "$time.$body", $secret), $given['v1'] ?? '');
    }

    private static function paid(array $intent): void
    {
        $order = wc_get_order((int) ($intent['metadata']['order_id'] ?? 0));
        if ($order && $order->get_payment_method() === ID) {
            $order->payment_complete($intent['id']);
        }
    }
}

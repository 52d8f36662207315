<?php

namespace Storeyard;

/** What WordPress calls American English, in which it is written. */
const ENGLISH = '';

/** The language that was asked for, where there is a translation. */
function language(): string
{
    $asked = setting('STORE_LANGUAGE', 'en_US');
    if ($asked === 'en_US') {
        return ENGLISH;
    }
    if (!in_array($asked, get_available_languages(), true)) {
        fwrite(STDERR, "set-up: there is no translation for $asked, so the shop speaks English\n");
        return ENGLISH;
    }
    return $asked;
}

/** As WordPress' own installer does: what it writes, and how dates and weeks are told, follow from the language. */
function speak(string $language): void
{
    if ($language !== ENGLISH) {
        add_filter('locale', fn (): string => $language);
        load_default_textdomain($language);
        $GLOBALS['wp_locale'] = new \WP_Locale();
    }
}

function timeZone(): string
{
    $asked = setting('STORE_TIME_ZONE', 'UTC');
    if (!in_array($asked, timezone_identifiers_list(\DateTimeZone::ALL_WITH_BC), true)) {
        fwrite(STDERR, "set-up: there is no time zone $asked, so the shop's is UTC\n");
        return 'UTC';
    }
    return $asked;
}

/**
 * How the shop's country tells prices and measures, as WooCommerce knows it, in the currency that was asked for. What WooCommerce does
 * not know stays as it has it.
 */
function shopLocale(): array
{
    $country = setting('STORE_COUNTRY', 'DE');
    $currency = setting('STORE_CURRENCY', 'EUR');
    $known = include WC()->plugin_path() . '/i18n/locale-info.php';
    $usual = $known[$country] ?? [];
    $inUse = array_filter($known, fn (array $other): bool => $other['currency_code'] === $currency);
    $ofCurrency = ($usual['currency_code'] ?? null) === $currency ? $usual : (reset($inUse) ?: []);
    $options = [
        'woocommerce_default_country' => isset(WC()->countries->get_countries()[$country]) ? $country : null,
        'woocommerce_currency' => isset(get_woocommerce_currencies()[$currency]) ? $currency : null,
        'woocommerce_currency_pos' => $usual['currency_pos'] ?? null,
        'woocommerce_price_thousand_sep' => $usual['thousand_sep'] ?? null,
        'woocommerce_price_decimal_sep' => $usual['decimal_sep'] ?? null,
        'woocommerce_price_num_decimals' => isset($ofCurrency['num_decimals']) ? (string) $ofCurrency['num_decimals'] : null,
        'woocommerce_weight_unit' => $usual['weight_unit'] ?? null,
        'woocommerce_dimension_unit' => $usual['dimension_unit'] ?? null,
        'woocommerce_calc_taxes' => 'no',
    ];
    return array_filter($options, fn (?string $value): bool => $value !== null);
}

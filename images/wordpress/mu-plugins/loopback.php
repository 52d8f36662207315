<?php
/**
 * Plugin Name: Storeyard: loopback
 * Description: What this shop asks itself, it asks the web server in its own pod. Its address leads out of the pod, and that way is closed.
 */

namespace Storeyard;

use WP_Error;
use WP_Http;

const OWN_SERVER = 'http://localhost:8080';
const REDIRECTS = [301, 302, 303, 307, 308];

/** The scheme, and what comes after the host, where the address is this shop's own. */
function withinThisShop(string $url): ?array
{
    $asked = wp_parse_url($url);
    $home = wp_parse_url(WP_HOME);
    $isOwn = in_array($asked['scheme'] ?? '', ['http', 'https'], true)
        && strcasecmp($asked['host'] ?? '', $home['host']) === 0
        && ($asked['port'] ?? null) === ($home['port'] ?? null);
    if (!$isOwn) {
        return null;
    }
    $query = isset($asked['query']) ? "?{$asked['query']}" : '';
    return [$asked['scheme'], ($asked['path'] ?? '/') . $query];
}

function askOwnServer(string $scheme, string $path, string $url, array $args): array|WP_Error
{
    $follow = (int) $args['redirection'];
    $own = [
        'redirection' => 0,
        'reject_unsafe_urls' => false,
        'headers' => ['Host' => wp_parse_url(WP_HOME, PHP_URL_HOST), 'X-Forwarded-Proto' => $scheme]
            + (is_array($args['headers']) ? $args['headers'] : WP_Http::processHeaders($args['headers'])['headers']),
    ];
    $answer = wp_remote_request(OWN_SERVER . $path, $own + $args);
    $leadsTo = wp_remote_retrieve_header($answer, 'location');
    if (!in_array(wp_remote_retrieve_response_code($answer), REDIRECTS, true) || !is_string($leadsTo) || $follow <= 0) {
        return $answer;
    }
    if (wp_remote_retrieve_response_code($answer) === 303) {
        $args = ['method' => 'GET', 'body' => null] + $args;
    }
    return wp_remote_request(WP_Http::make_absolute_url($leadsTo, $url), ['redirection' => $follow - 1] + $args);
}

add_filter('pre_http_request', function (mixed $answer, array $args, string $url): mixed {
    $own = $answer === false ? withinThisShop($url) : null;
    return $own === null ? $answer : askOwnServer($own[0], $own[1], $url, $args);
}, 10, 3);

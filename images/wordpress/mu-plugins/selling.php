<?php
/**
 * Plugin Name: Storeyard: selling
 * Description: Says with the list of products when visitors are shown something else than the shop.
 */

namespace Storeyard;

use WP_HTTP_Response;
use WP_REST_Request;
use WP_REST_Server;

/** There from the set-up on where the shop begins closed, until its owner opens it for the first time. */
const NOT_OPENED = 'storeyard_not_opened';

// WooCommerce answers its API as ever while every visitor sees “coming soon”.
add_filter('rest_post_dispatch', function (WP_HTTP_Response $answer, WP_REST_Server $server, WP_REST_Request $request): WP_HTTP_Response {
    if (str_starts_with($request->get_route(), '/wc/store/') && get_option('woocommerce_coming_soon') === 'yes') {
        $answer->header('X-Storeyard-Closed', get_option(NOT_OPENED) === 'yes' ? 'not-opened' : 'coming-soon');
    }
    return $answer;
}, 10, 3);

add_action('update_option_woocommerce_coming_soon', function (mixed $before, mixed $after): void {
    if ($after !== 'yes') {
        delete_option(NOT_OPENED);
    }
}, 10, 2);

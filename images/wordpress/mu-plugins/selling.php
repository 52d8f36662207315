<?php
/**
 * Plugin Name: Storeyard: selling
 * Description: Says with the list of products when visitors are shown something else than the shop.
 */

// WooCommerce answers its API as ever while every visitor sees “coming soon”.
add_filter('rest_post_dispatch', function (WP_HTTP_Response $answer, WP_REST_Server $server, WP_REST_Request $request): WP_HTTP_Response {
    if (str_starts_with($request->get_route(), '/wc/store/') && get_option('woocommerce_coming_soon') === 'yes') {
        $answer->header('X-Storeyard-Closed', 'coming-soon');
    }
    return $answer;
}, 10, 3);

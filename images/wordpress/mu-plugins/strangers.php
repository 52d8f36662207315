<?php
/**
 * Plugin Name: Storeyard: strangers
 * Description: Nobody who is not signed in learns which login names there are.
 */

namespace Storeyard;

use WP_Error;
use WP_REST_Request;
use WP_REST_Server;
use WP_User;

// The web server refuses xmlrpc.php; what points to it goes as well.
add_filter('xmlrpc_enabled', '__return_false');
remove_action('wp_head', 'rsd_link');
add_filter('wp_headers', fn (array $headers): array => array_diff_key($headers, ['X-Pingback' => '']));

// WordPress makes the name in addresses, and the one that is shown with what somebody wrote, from the login.
add_filter('wp_pre_insert_user_data', function (array $data, bool $isUpdate, ?int $id, array $given): array {
    if ($isUpdate) {
        return $data;
    }
    if (empty($given['user_nicename'])) {
        $data['user_nicename'] = 'u' . bin2hex(random_bytes(8));
    }
    $isCustomer = ($given['role'] ?? '') === 'customer';
    if (!$isCustomer && $data['display_name'] === $data['user_login']) {
        $data['display_name'] = wp_specialchars_decode(get_option('blogname'), ENT_QUOTES);
    }
    return $data;
}, 10, 4);

add_filter('rest_pre_dispatch', function (mixed $answer, WP_REST_Server $server, WP_REST_Request $request): mixed {
    $isAboutUsers = preg_match('#^/wp/v2/users(/|$)#', $request->get_route()) === 1;
    return $isAboutUsers && !is_user_logged_in()
        ? new WP_Error('rest_forbidden', 'The list of users is not public: sign in first.', ['status' => 401])
        : $answer;
}, 10, 3);

// A shop needs no pages of authors, and `?author=1` leads from a number to a name. The admin's lists filter by the same words.
add_filter('author_rewrite_rules', '__return_empty_array');
add_filter('query_vars', fn (array $names): array => is_admin() ? $names : array_diff($names, ['author', 'author_name']));
add_filter('wp_sitemaps_add_provider', fn (mixed $provider, string $name): mixed => $name === 'users' ? false : $provider, 10, 2);

// One sentence for a wrong name and for a wrong password.
add_filter('authenticate', function (WP_User|WP_Error|null $user): WP_User|WP_Error|null {
    $telling = ['invalid_username', 'invalid_email', 'incorrect_password'];
    return is_wp_error($user) && array_intersect($user->get_error_codes(), $telling)
        ? new WP_Error('wrong_name_or_password', '<strong>Error:</strong> The name or the password is not right.')
        : $user;
}, 100);

<?php

/**
 * Where the dashboard's “Open admin” leads: whoever comes with a token is signed in as the administrator that it was made for, once.
 *
 * Neither plugin nor theme is loaded: this is the way in that what is broken there does not close. The web server's log leaves it out.
 */

namespace Storeyard;

define('WP_INSTALLING', true);
require __DIR__ . '/wp-load.php';
require '/usr/share/storeyard/lib/sign-in-tokens.php';

header('Cache-Control: no-store');
header('Referrer-Policy: no-referrer');
header('X-Robots-Tag: noindex');

/** The administrator whom the request's token is for. */
function whoComes(\wpdb $database): ?\WP_User
{
    $token = $_GET['token'] ?? null;
    if ($_SERVER['REQUEST_METHOD'] !== 'GET' || !is_string($token)) {
        return null;
    }
    $id = (new SignInTokens($database))->use($token);
    $user = $id === null ? false : get_userdata($id);
    return $user !== false && $user->has_cap('manage_options') ? $user : null;
}

$user = whoComes($GLOBALS['wpdb']);
if ($user !== null) {
    wp_set_auth_cookie($user->ID);
    header('Location: ' . admin_url(), true, 302);
    exit;
}

http_response_code(403);
header('Content-Type: text/html; charset=utf-8');
?>
<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Not signed in</title>
<h1>Not signed in</h1>
<p>This way in was used already, or is older than a minute. Go back to the store's page and press “Open admin” again.</p>
</html>

<?php

/**
 * Loads WordPress in a script. To be required at the top level: WordPress expects its globals there.
 */

namespace Storeyard;

$_SERVER['HTTP_HOST'] = parse_url(setting('STORE_URL'), PHP_URL_HOST);
$_SERVER['SERVER_NAME'] = $_SERVER['HTTP_HOST'];
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REQUEST_METHOD'] = 'GET';
$_SERVER['REQUEST_URI'] = '/';

// Nothing of the owner's is run: see mu-plugins/safe-mode.php.
define('STOREYARD_SETUP', true);
require_once '/usr/share/wordpress/wp-load.php';

// Installing and activating ask the shop's own address, which does not answer yet.
add_filter('pre_http_request', fn () => new \WP_Error('set-up', 'no requests during set-up'));

/** Writes only what differs, so that a run over a finished shop changes nothing. */
function setOption(string $name, mixed $value): void
{
    if (get_option($name, null) !== $value) {
        update_option($name, $value);
    }
}

<?php

/**
 * What the kubelet asks: whether WordPress can be loaded and its database answers.
 *
 * Nothing that an owner can switch has a part in it, no plugin, theme, permalink or notice: a pod that is taken off the net for
 * a setting takes with it the admin pages in which the setting could be taken back.
 */

// A database that is away, or takes connections and says nothing, is told within the probe's patience. Without an end of its own
// each probe would keep a worker.
ini_set('default_socket_timeout', '5');
ini_set('mysqlnd.net_read_timeout', '5');
define('SHORTINIT', true);
require __DIR__ . '/wp-load.php';

header('Cache-Control: no-store');
if ($wpdb->get_var("SELECT 1 FROM $wpdb->users LIMIT 1") !== '1') {
    http_response_code(503);
    exit("The database does not answer.\n");
}
echo "ok\n";

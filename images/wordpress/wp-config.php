<?php
/**
 * One configuration for every shop: what differs comes from the environment, what is secret from mounted files.
 */

require_once '/usr/share/storeyard/settings.php';

define('DB_HOST', Storeyard\setting('DATABASE_HOST', 'mariadb'));
define('DB_NAME', Storeyard\setting('DATABASE_NAME', 'wordpress'));
define('DB_USER', Storeyard\setting('DATABASE_USER', 'wordpress'));
define('DB_PASSWORD', Storeyard\secret('database-password'));
define('DB_CHARSET', 'utf8mb4');
define('DB_COLLATE', '');
$table_prefix = 'wp_';

define('WP_HOME', Storeyard\setting('STORE_URL'));
define('WP_SITEURL', WP_HOME);
define('WP_DEFAULT_THEME', 'twentytwentyfive');

// WordPress knows https only by this variable, and the proxy in front ends TLS.
if (($_SERVER['HTTP_X_FORWARDED_PROTO'] ?? '') === 'https') {
    $_SERVER['HTTPS'] = 'on';
}

// Eight keys from one secret, so that a Secret need hold only one.
foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $use) {
    define("{$use}_KEY", hash_hmac('sha256', "{$use}_KEY", Storeyard\secret('auth-key')));
    define("{$use}_SALT", hash_hmac('sha256', "{$use}_SALT", Storeyard\secret('auth-key')));
}

// The code is part of the image, on a root that cannot be written.
define('DISALLOW_FILE_MODS', true);
define('AUTOMATIC_UPDATER_DISABLED', true);
define('WP_AUTO_UPDATE_CORE', false);
// Files not owned by PHP's user make WordPress fall back to FTP, and WooCommerce's log dies of it.
define('FS_METHOD', 'direct');

// Where the network policy drops what leaves the namespace, every attempt would wait for its timeout.
define('WP_HTTP_BLOCK_EXTERNAL', Storeyard\setting('EGRESS', 'none') === 'none');
// A visitor's request cannot start the next one through the ingress; the pod's cron container calls it instead.
define('DISABLE_WP_CRON', true);

// WordPress would say it has 40 MB, whatever PHP gives it.
define('WP_MEMORY_LIMIT', ini_get('memory_limit'));

define('WP_DEBUG', false);
define('WP_DEBUG_DISPLAY', false);

if (!defined('ABSPATH')) {
    define('ABSPATH', '/usr/share/wordpress/');
}
require_once ABSPATH . 'wp-settings.php';

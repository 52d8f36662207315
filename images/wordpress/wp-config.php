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

// WordPress knows https only by this variable, and a proxy in front ends TLS. Of several, the first tells of the visitor.
$cameBy = trim(explode(',', $_SERVER['HTTP_X_FORWARDED_PROTO'] ?? '')[0]);
if ($cameBy === 'https') {
    $_SERVER['HTTPS'] = 'on';
} elseif ($cameBy === 'http' && str_starts_with(WP_HOME, 'https:')) {
    header('Location: ' . WP_HOME . $_SERVER['REQUEST_URI'], true, 308);
    exit;
}
unset($cameBy);

// Eight keys from one secret, so that a Secret need hold only one.
foreach (['AUTH', 'SECURE_AUTH', 'LOGGED_IN', 'NONCE'] as $use) {
    define("{$use}_KEY", hash_hmac('sha256', "{$use}_KEY", Storeyard\secret('auth-key')));
    define("{$use}_SALT", hash_hmac('sha256', "{$use}_SALT", Storeyard\secret('auth-key')));
}

// WordPress is part of the image, on a root that cannot be written. Plugins and themes are, too, unless the shop's owner brings them.
define('DISALLOW_FILE_MODS', Storeyard\setting('PLUGINS', 'managed') !== 'own');
define('AUTOMATIC_UPDATER_DISABLED', DISALLOW_FILE_MODS);
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

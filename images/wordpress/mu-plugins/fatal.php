<?php
/**
 * Plugin Name: Storeyard: fatal errors
 * Description: Says with WordPress' page for a fatal error that it is one. What it was stands in the log, and is not for visitors.
 */

add_filter('wp_php_error_args', function (array $args): array {
    if (!headers_sent()) {
        header('X-Storeyard-Fault: fatal');
    }
    return $args;
});

<?php
/**
 * Plugin Name: Storeyard: container
 * Description: What WordPress must do differently in a container without a way out.
 */

// The pod's cron container starts what is to be done, each minute. Admin pages would start it too, and each time take a worker from visitors.
add_filter('action_scheduler_allow_async_request_runner', '__return_false');

// The title is shown as the owner typed it: no curly quotes, no long dashes, no corrected capital letters. Block themes
// change the whole page's text at once, so this cannot be had for the title alone.
add_filter('run_wptexturize', '__return_false');
foreach (['bloginfo', 'document_title', 'wp_title'] as $hook) {
    remove_filter($hook, 'convert_chars');
    remove_filter($hook, 'capital_P_dangit', 11);
}

// Browsers draw emoji themselves; the script would fetch pictures from elsewhere.
remove_action('wp_head', 'print_emoji_detection_script', 7);
remove_action('admin_print_scripts', 'print_emoji_detection_script');
remove_action('wp_print_styles', 'print_emoji_styles');
remove_action('admin_print_styles', 'print_emoji_styles');
add_filter('emoji_svg_url', '__return_false');

<?php

/**
 * Compiles the site's PHP while the image is built. A fresh pod then reads opcodes instead of 1,300 sources, which costs
 * its set-up and its first request a fifth of the processor time.
 */

// Files that declare the same functions as others: some stand in for WordPress where it is not loaded, and its object cache is ours.
$standIns = '#/wp-admin/includes/noop\.php|/wp-includes/cache\.php|/vendor/wordpress/abilities-api/|/tinymce/wp-tinymce\.php#';

$sources = new AppendIterator();
foreach (['/usr/share/wordpress', '/usr/share/storeyard/bundled'] as $folder) {
    $sources->append(new RegexIterator(
        new RecursiveIteratorIterator(new RecursiveDirectoryIterator($folder, FilesystemIterator::SKIP_DOTS)),
        '#\.php$#'
    ));
}

$compiled = 0;
foreach ($sources as $source) {
    // Opcodes are looked up under the name behind the symbolic link.
    if (!preg_match($standIns, $source->getPathname()) && opcache_compile_file($source->getRealPath())) {
        $compiled++;
    }
}

printf("compiled %d files\n", $compiled);
if ($compiled === 0) {
    http_response_code(500);
    exit(1);
}

<?php
/**
 * Plugin Name: Storeyard: import
 * Description: Where the shop reaches nothing outside, products are imported without the pictures that are elsewhere, and the admin says so.
 */

namespace Storeyard;

// WooCommerce would fetch each picture, and refuse the whole product where it cannot.
if (!WP_HTTP_BLOCK_EXTERNAL) {
    return;
}

/** What pictures could not be fetched of the imports that their owner has not been told of yet. */
const LEFT_OUT = 'storeyard_pictures_left_out';
/** So many addresses are told. */
const TOLD = 5;

add_filter('woocommerce_product_import_process_item_data', function (array $data): array {
    $pictures = array_filter([$data['raw_image_id'] ?? null, ...($data['raw_gallery_image_ids'] ?? [])]);
    $there = array_filter(array_map(pictureOfShop(...), $pictures));
    if (count($there) < count($pictures)) {
        leaveOut(array_values(array_diff_key($pictures, $there)));
        // The first is the product's own, the others its gallery.
        $there = array_values($there);
        unset($data['raw_image_id'], $data['raw_gallery_image_ids']);
    }
    if ($there !== []) {
        $data['raw_image_id'] = array_shift($there);
        $data['raw_gallery_image_ids'] = $there;
    }
    return $data;
});

/** As WooCommerce finds it without asking anybody: a file of the media library, also one of the same name. Null where there is none. */
function pictureOfShop(string $picture): ?string
{
    if (!str_contains($picture, '://') || str_starts_with($picture, wp_upload_dir(null, false)['baseurl'])) {
        return $picture;
    }
    $name = basename((string) wp_parse_url($picture, PHP_URL_PATH));
    $isThere = fn (string $key, string $value, string $compare): bool => $name !== '' && get_posts([
        'post_type' => 'attachment',
        'post_status' => 'any',
        'fields' => 'ids',
        'posts_per_page' => 1,
        'meta_query' => [['key' => $key, 'value' => $value, 'compare' => $compare]],
    ]) !== [];
    return match (true) {
        $isThere('_wc_attachment_source', $picture, '=') => $picture,
        $isThere('_wp_attached_file', "/$name", 'LIKE') => $name,
        default => null,
    };
}

function leaveOut(array $pictures): void
{
    $before = get_option(LEFT_OUT, ['count' => 0, 'addresses' => []]);
    update_option(LEFT_OUT, [
        'count' => $before['count'] + count($pictures),
        'addresses' => array_slice([...$before['addresses'], ...$pictures], 0, TOLD),
    ], false);
}

add_action('admin_notices', function (): void {
    $screen = get_current_screen()?->id;
    $leftOut = in_array($screen, ['edit-product', 'product_page_product_importer'], true) ? get_option(LEFT_OUT) : false;
    if (!is_array($leftOut)) {
        return;
    }
    $isOne = $leftOut['count'] === 1;
    wp_admin_notice(
        sprintf(
            '<strong>%s not fetched</strong>, since this shop reaches nothing outside: the products were imported without. Upload them to '
                . 'the media library under the same file names, or open the shop to the internet on its page of the platform, then import '
                . 'the file again and choose to update existing products. Among them: %s.',
            $isOne ? 'A picture was' : number_format_i18n($leftOut['count']) . ' pictures were',
            esc_html(implode(', ', $leftOut['addresses']))
        ),
        ['type' => 'warning']
    );
    // The list of products is where one looks next.
    if ($screen === 'edit-product') {
        delete_option(LEFT_OUT);
    }
});

<?php
/**
 * Plugin Name: Storeyard: pictures
 * Description: A picture that does not fit the shop's memory is refused, and one is worked on at a time.
 */

namespace Storeyard;

use Imagick;
use ImagickException;

/**
 * Bytes a pixel may take at most while a picture is read: four in memory, and as many again in the decoder of a progressive one.
 * They are the image library's own, which PHP's memory_limit does not count.
 */
const BYTES_PER_PIXEL = 8;
/** What of the container's memory a picture may take: the rest is for visitors. */
const SHARE = 0.6;

function mostPixels(): int
{
    $memory = (int) getenv('MEMORY_LIMIT') ?: 640 * 1024 * 1024;
    return (int) ($memory * SHARE / BYTES_PER_PIXEL);
}

/** Why a file is not taken, or null: also where it is no picture, which others judge. */
function pictureRefusal(string $path): ?string
{
    [$width, $height] = @getimagesize($path) ?: sizeOfOther($path);
    if ($width * $height <= mostPixels()) {
        return null;
    }
    $megapixels = fn (int $pixels): int => (int) round($pixels / 1e6);
    return sprintf(
        'This picture has %d megapixels (%d × %d), and this shop’s memory takes up to %d. Make it smaller and upload it again.',
        $megapixels($width * $height),
        $width,
        $height,
        $megapixels(mostPixels())
    );
}

/** Of a picture whose kind PHP does not know; that of what is none is nothing. */
function sizeOfOther(string $path): array
{
    $kind = (string) @mime_content_type($path);
    // ImageMagick would also run what is a program for it.
    if (!in_array($kind, ['image/heic', 'image/heif', 'image/avif', 'image/tiff'], true)) {
        return [0, 0];
    }
    try {
        $picture = new Imagick();
        $picture->pingImage($path);
        return [$picture->getImageWidth(), $picture->getImageHeight()];
    } catch (ImagickException) {
        return [0, 0];
    }
}

// By the form of the media library, and as the body of a request.
foreach (['wp_handle_upload_prefilter', 'wp_handle_sideload_prefilter'] as $hook) {
    add_filter($hook, function (array $file): array {
        $refusal = empty($file['error']) ? pictureRefusal($file['tmp_name']) : null;
        return $refusal ? ['error' => $refusal] + $file : $file;
    });
}

add_filter('wp_image_editors', function (array $editors): array {
    // WordPress has loaded its own editors by now and not before.
    require_once '/usr/share/storeyard/lib/picture-editor.php';
    $own = ['WP_Image_Editor_GD', 'WP_Image_Editor_Imagick'];
    // GD comes first: ImageMagick takes twice the memory for the same picture.
    return [PictureEditor::class, OtherPictureEditor::class, ...array_values(array_diff($editors, $own))];
});

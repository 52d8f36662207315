<?php

/**
 * Reads a picture of the kind that telephones take: 640 × 480, of one colour.
 */

$picture = new Imagick();
$picture->readImageBlob(base64_decode(
    'AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAVdtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAACJpbG9jAA'
    . 'AAAERAAAEAAQAAAAABewABAAAAAAAAAIEAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRtAAAAAAABAAAA12lwcnAA'
    . 'AAC4aXBjbwAAAHlodmNDAQNwAAAAkAAAAAAAWvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAWroCQGEAAQAsQgEBA3AAAAMAkA'
    . 'AAAwAAAwBaoAUCAeFlupJKa5uAhoMCAAADADIAAAMAAhBiAAEAB0QBwXKwYkAAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAACgAAA'
    . 'AeAAAAAQcGl4aQAAAAADCAgIAAAAF2lwbWEAAAAAAAAAAQABBIECAwQAAACJbWRhdAAAAH0oAa8ZEF85rFrX93yFN/+NZ/5kev87BXis/yxso8'
    . '6gHCF6MQAAAwAmoKa3OoB6hWjyAAADAAAF5JMFqOAAAAMAAAMAAGvAhwAAAwAAAwAAAwAD8gAAAwAAAwAAAwAB7QAAAwAAAwAAAwApoAAAAwAA'
    . 'AwAAAwDogAAAAwAG1A=='
));
$picture->scaleImage(320, 0);
$picture->setImageFormat('jpeg');
[$width, $height] = getimagesizefromstring($picture->getImageBlob());
if ([$width, $height] !== [320, 240]) {
    fwrite(STDERR, "it became $width × $height\n");
    exit(1);
}

<?php

namespace Storeyard;

use WP_Error;
use WP_Image_Editor_GD;
use WP_Image_Editor_Imagick;

/** One editor at a time in the whole shop, and none of a picture that does not fit. */
trait TakesTurns
{
    private bool $isOpen = false;

    public function load()
    {
        $refusal = pictureRefusal($this->file);
        if ($refusal) {
            return new WP_Error('too_many_pixels', $refusal);
        }
        if (!$this->isOpen) {
            $this->isOpen = true;
            Turn::begin();
        }
        return parent::load();
    }

    public function __destruct()
    {
        parent::__destruct();
        $this->image = null;
        if ($this->isOpen) {
            Turn::end();
        }
    }
}

/** Held while this process has editors: WordPress opens a second one before it lets go of the first. */
final class Turn
{
    private static mixed $held = null;
    private static int $open = 0;

    public static function begin(): void
    {
        if (self::$open++ === 0) {
            self::$held = fopen(sys_get_temp_dir() . '/storeyard-picture', 'c');
            flock(self::$held, LOCK_EX);
        }
    }

    public static function end(): void
    {
        if (--self::$open === 0) {
            fclose(self::$held);
        }
    }
}

final class PictureEditor extends WP_Image_Editor_GD
{
    use TakesTurns;
}

/** For the kinds of pictures that GD does not read, such as those of a telephone. */
final class OtherPictureEditor extends WP_Image_Editor_Imagick
{
    use TakesTurns;
}

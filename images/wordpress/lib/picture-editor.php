<?php

namespace Storeyard;

use WP_Error;
use WP_Image_Editor_GD;

/** WordPress' editor, one at a time in the whole shop. */
final class PictureEditor extends WP_Image_Editor_GD
{
    /** Held while this process has editors: WordPress opens a second one before it lets go of the first. */
    private static mixed $turn = null;
    private static int $open = 0;
    private bool $isOpen = false;

    public function load()
    {
        $refusal = pictureRefusal($this->file);
        if ($refusal) {
            return new WP_Error('too_many_pixels', $refusal);
        }
        if (!$this->isOpen) {
            $this->isOpen = true;
            self::begin();
        }
        return parent::load();
    }

    public function __destruct()
    {
        parent::__destruct();
        $this->image = null;
        if ($this->isOpen) {
            self::end();
        }
    }

    private static function begin(): void
    {
        if (self::$open++ === 0) {
            self::$turn = fopen(sys_get_temp_dir() . '/storeyard-picture', 'c');
            flock(self::$turn, LOCK_EX);
        }
    }

    private static function end(): void
    {
        if (--self::$open === 0) {
            fclose(self::$turn);
        }
    }
}

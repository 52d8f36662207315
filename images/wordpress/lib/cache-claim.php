<?php

namespace Storeyard;

/**
 * Whose memory the object cache is in: a row with the pod's name and a mark, written when a pod is set up.
 *
 * Two pods write the same database while one replaces the other, and so does whatever runs beside the web server: commands, the
 * set-up. None of them sees the memory of the web server that the row names. Each of them makes a new mark for what it writes, and
 * nothing that was kept under the old one is looked at again.
 */
final class CacheClaim
{
    public const OPTION = 'storeyard_cache';

    /** What a pod's set-up writes. */
    public static function begun(): string
    {
        return gethostname() . ' ' . self::mark();
    }

    /** The mark, where the row names this pod. */
    public static function markOfThisPod(?string $row): ?string
    {
        [$pod, $mark] = explode(' ', $row ?? '') + ['', ''];
        return $pod === gethostname() && $mark !== '' ? $mark : null;
    }

    public static function mark(): string
    {
        return bin2hex(random_bytes(8));
    }
}

<?php

namespace Storeyard;

/**
 * Which parts of the set-up this shop has behind it, and by which image.
 *
 * A part without a marker has never been finished: it is done in full. A part marked by another image only gets its
 * tables brought up to date, since by then the settings are the owner's.
 */
final class Markers
{
    public const SITE = 'storeyard_site';
    public const SHOP = 'storeyard_shop';

    private function __construct(private array $versions)
    {
    }

    public static function read(\mysqli $database): self
    {
        $tables = $database->query("SHOW TABLES LIKE 'wp\\_options'");
        if ($tables->num_rows === 0) {
            return new self([]);
        }
        $rows = $database->query(sprintf(
            "SELECT option_name, option_value FROM wp_options WHERE option_name IN ('%s', '%s')",
            self::SITE,
            self::SHOP
        ));
        return new self(array_column($rows->fetch_all(), 1, 0));
    }

    public function has(string $part): bool
    {
        return isset($this->versions[$part]);
    }

    public function covers(bool $withShop): bool
    {
        $parts = $withShop ? [self::SITE, self::SHOP] : [self::SITE];
        foreach ($parts as $part) {
            if (($this->versions[$part] ?? null) !== self::current()) {
                return false;
            }
        }
        return true;
    }

    /** What this image is: WordPress, the plugin and the set-up itself, written when the image is built. */
    public static function current(): string
    {
        return trim(file_get_contents(__DIR__ . '/version'));
    }
}

<?php

namespace Storeyard;

/**
 * A shop that was moved to another address: what was written into it with the old one is brought to the new one.
 *
 * WordPress itself takes its address from the environment; this is for texts, menus, settings and files to be sold.
 */
final class Moving
{
    /** Texts, by table. */
    private const TEXTS = [
        'wp_posts' => ['post_content', 'post_excerpt'],
        'wp_comments' => ['comment_content'],
        'wp_term_taxonomy' => ['description'],
        'wp_wc_product_download_directories' => ['url'],
    ];
    /** What may be a text or PHP's own notation of more than one, by table: the key's column and the value's. */
    private const VALUES = [
        'wp_options' => ['option_id', 'option_value'],
        'wp_postmeta' => ['meta_id', 'meta_value'],
        'wp_termmeta' => ['meta_id', 'meta_value'],
    ];

    /** The old address, but not the beginning of a longer name. */
    private string $pattern;

    private function __construct(private \mysqli $database, private string $from, private string $to)
    {
        $this->pattern = '~' . preg_quote($from, '~') . '(?![\w.:-])~';
    }

    /** Does nothing where the shop is where it was. */
    public static function follow(\mysqli $database, string $to): void
    {
        $home = $database->query("SELECT option_value FROM wp_options WHERE option_name = 'home'")->fetch_row();
        $from = $home[0] ?? $to;
        if ($from === $to || $from === '') {
            return;
        }
        $moving = new self($database, $from, $to);
        $database->begin_transaction();
        $changed = $moving->rewrite();
        $database->commit();
        printf("set-up: moved from %s to %s, %d places rewritten\n", $from, $to, $changed);
    }

    private function rewrite(): int
    {
        $changed = 0;
        foreach (self::TEXTS as $table => $columns) {
            $key = $this->keyOf($table);
            foreach ($key === null ? [] : $columns as $column) {
                $changed += $this->each($table, $key, $column, $this->inText(...));
            }
        }
        foreach (self::VALUES as $table => [$key, $column]) {
            $changed += $this->each($table, $key, $column, $this->inValue(...));
        }
        return $changed;
    }

    /** The column of a table's primary key, or null where there is no such table. */
    private function keyOf(string $table): ?string
    {
        $there = $this->database->query("SHOW TABLES LIKE '" . addcslashes($table, '_') . "'");
        if ($there->num_rows === 0) {
            return null;
        }
        return $this->database->query("SHOW KEYS FROM $table WHERE Key_name = 'PRIMARY'")->fetch_assoc()['Column_name'];
    }

    /** Changes a column of every row that names the old address; how many were changed. */
    private function each(string $table, string $key, string $column, callable $change): int
    {
        $found = $this->database->prepare("SELECT $key FROM $table WHERE $column LIKE ?");
        $found->execute(['%' . addcslashes($this->from, '\\%_') . '%']);
        $ids = array_column($found->get_result()->fetch_all(), 0);
        // One by one: all of them might not fit into the memory.
        $read = $this->database->prepare("SELECT $column FROM $table WHERE $key = ?");
        $update = $this->database->prepare("UPDATE $table SET $column = ? WHERE $key = ?");
        $changed = 0;
        foreach ($ids as $id) {
            $read->execute([$id]);
            [$before] = $read->get_result()->fetch_row();
            $after = $change($before);
            if ($after !== $before) {
                $update->execute([$after, $id]);
                $changed++;
            }
        }
        return $changed;
    }

    private function inText(string $text): string
    {
        return preg_replace($this->pattern, addcslashes($this->to, '\\$'), $text) ?? $text;
    }

    /** Lengths stand before the texts in PHP's notation, so that it has to be read and written anew. */
    private function inValue(string $value): string
    {
        $read = @unserialize($value, ['allowed_classes' => false]);
        if ($read === false) {
            return $this->inText($value);
        }
        $after = $this->in($read);
        return $after === $read ? $value : serialize($after);
    }

    private function in(mixed $value): mixed
    {
        return match (true) {
            is_string($value) => $this->inText($value),
            is_array($value) => array_map($this->in(...), $value),
            // Objects belong to plugins, which know what is in them.
            default => $value,
        };
    }
}

<?php

namespace Storeyard;

require_once __DIR__ . '/cache-claim.php';
require_once __DIR__ . '/shared-cache.php';

/**
 * WordPress' object cache: what this request knows, and below it what all requests of this web server do.
 *
 * To WordPress it is none that lasts: transients stay in the database, since a pod's memory goes with the pod.
 */
final class ObjectCache
{
    /** A process that writes for long makes a new mark every so many seconds, and at its end. */
    private const MARKED = 1.0;
    private const DEFAULT_GROUP = 'default';

    private array $known = [];
    private array $ownGroups = [];
    private bool $isEnding = false;
    private bool $isMarkOld = false;
    private float $marked = 0.0;

    /** @param ?SharedCache $shared None where this process sees no web server's memory, or not that which the row names. */
    public function __construct(private readonly \wpdb $database, private ?SharedCache $shared)
    {
    }

    public static function of(\wpdb $database): self
    {
        return new self($database, apcu_enabled() ? self::shared($database) : null);
    }

    private static function shared(\wpdb $database): ?SharedCache
    {
        // An empty database has no such table yet.
        $isTold = $database->suppress_errors();
        $row = $database->get_var($database->prepare(
            "SELECT option_value FROM $database->options WHERE option_name = %s",
            CacheClaim::OPTION
        ));
        $database->suppress_errors($isTold);
        $mark = CacheClaim::markOfThisPod($row);
        return $mark === null ? null : new SharedCache($mark);
    }

    public function get(int|string $key, string $group, bool $isAsked, ?bool &$found): mixed
    {
        $group = $group ?: self::DEFAULT_GROUP;
        $isKnown = array_key_exists($key, $this->known[$group] ?? []);
        $found = $isKnown;
        $shared = $this->sharedBy($group);
        if ($shared !== null && ($isAsked || !$isKnown)) {
            $value = $shared->get("$group:$key", $found);
            if ($found) {
                $this->known[$group][$key] = $value;
            }
        }
        return $found ? self::copied($this->known[$group][$key]) : false;
    }

    public function add(int|string $key, mixed $value, string $group, int $seconds): bool
    {
        $group = $group ?: self::DEFAULT_GROUP;
        if (array_key_exists($key, $this->known[$group] ?? [])) {
            return false;
        }
        $value = self::copied($value);
        $this->known[$group][$key] = $value;
        $this->sharedBy($group)?->add("$group:$key", $value, $seconds);
        return true;
    }

    public function set(int|string $key, mixed $value, string $group, int $seconds = 0): bool
    {
        $group = $group ?: self::DEFAULT_GROUP;
        $value = self::copied($value);
        $this->known[$group][$key] = $value;
        $this->sharedBy($group)?->set("$group:$key", $value, $seconds);
        $this->changed($group);
        return true;
    }

    public function delete(int|string $key, string $group): bool
    {
        $group = $group ?: self::DEFAULT_GROUP;
        $this->get($key, $group, false, $found);
        unset($this->known[$group][$key]);
        $this->sharedBy($group)?->delete("$group:$key");
        $this->changed($group);
        return $found;
    }

    public function count(int|string $key, int $by, string $group): int|false
    {
        $before = $this->get($key, $group, true, $found);
        if (!$found) {
            return false;
        }
        $after = max(0, (is_numeric($before) ? (int) $before : 0) + $by);
        $this->set($key, $after, $group);
        return $after;
    }

    public function forget(): void
    {
        $this->known = [];
    }

    public function flush(): void
    {
        $this->forget();
        if ($this->shared !== null) {
            apcu_clear_cache();
            $this->shared = null;
        }
        $this->mark();
    }

    /** Groups that are of this request only. */
    public function keepToItself(array $groups): void
    {
        $this->ownGroups += array_fill_keys($groups, true);
    }

    /** Called when everything was done; what is written all the same is told at once. */
    public function end(): void
    {
        $this->isEnding = true;
        if ($this->isMarkOld) {
            $this->mark();
        }
    }

    private function sharedBy(string $group): ?SharedCache
    {
        return isset($this->ownGroups[$group]) ? null : $this->shared;
    }

    /** Tells the web server, where this process does not see its memory. */
    private function changed(string $group): void
    {
        if ($this->shared !== null || isset($this->ownGroups[$group])) {
            return;
        }
        $this->isMarkOld = true;
        if ($this->isEnding || microtime(true) - $this->marked > self::MARKED) {
            $this->mark();
        }
    }

    private function mark(): void
    {
        $isTold = $this->database->suppress_errors();
        $this->database->query($this->database->prepare(
            "UPDATE {$this->database->options} SET option_value = CONCAT(SUBSTRING_INDEX(option_value, ' ', 1), ' ', %s)"
                . ' WHERE option_name = %s',
            CacheClaim::mark(),
            CacheClaim::OPTION
        ));
        $this->database->suppress_errors($isTold);
        $this->isMarkOld = false;
        $this->marked = microtime(true);
    }

    private static function copied(mixed $value): mixed
    {
        return is_object($value) ? clone $value : $value;
    }
}

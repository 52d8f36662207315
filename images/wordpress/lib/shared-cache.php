<?php

namespace Storeyard;

/**
 * What all requests of a web server know, in APCu, each name with a number that goes up when anybody changes what it stands for.
 *
 * A value is there only under the number that its name has now. So whoever read the database, and comes to keep what it read when
 * another request has changed it meanwhile, keeps nothing; and of two that change the same at a time neither is believed. Numbers
 * begin at the clock: one that made room for others never comes again.
 */
final class SharedCache
{
    /** Seconds after which what somebody changed past WordPress is seen. Nothing is kept for longer. */
    private const LASTS = 600;

    /** The number of each name when it was last asked for; false where it had none. */
    private array $seen = [];

    public function __construct(private readonly string $space)
    {
    }

    /** @param-out bool $found */
    public function get(string $name, ?bool &$found): mixed
    {
        $number = apcu_fetch($this->number($name));
        $this->seen[$name] = $number;
        $kept = $number === false ? false : apcu_fetch($this->value($name));
        $found = $kept !== false && $kept[0] === $number;
        return $found ? $kept[1] : null;
    }

    /** Keeps what was read after `get` found nothing. */
    public function add(string $name, mixed $value, int $seconds = 0): void
    {
        $number = $this->seen[$name] ?? null;
        if ($number === false) {
            $number = self::now();
            if (!apcu_add($this->number($name), $number, 2 * self::LASTS)) {
                return;
            }
        }
        if ($number !== null) {
            $this->seen[$name] = $number;
            $this->keep($name, $number, $value, $seconds);
        }
    }

    /** Keeps what was changed, unless another request has changed it since it was last asked for. */
    public function set(string $name, mixed $value, int $seconds = 0): void
    {
        $before = $this->seen[$name] ?? null;
        [$first, $number] = $this->next($name);
        $isAlone = $before === null || $number === ($before === false ? $first : $before) + 1;
        // Whoever was not alone holds what nobody may keep until it was asked for again.
        $this->seen[$name] = $isAlone ? $number : -1;
        if ($isAlone) {
            $this->keep($name, $number, $value, $seconds);
        }
    }

    public function delete(string $name): void
    {
        $this->next($name);
        unset($this->seen[$name]);
        apcu_delete($this->value($name));
    }

    private function keep(string $name, int $number, mixed $value, int $seconds): void
    {
        $lasts = $seconds > 0 ? min($seconds, self::LASTS) : self::LASTS;
        apcu_store($this->value($name), [$number, $value], $lasts);
    }

    /** @return array{?int, int} The one that it was given because it had none, and the next one. */
    private function next(string $name): array
    {
        $first = self::now();
        $isFirst = apcu_add($this->number($name), $first, 2 * self::LASTS);
        return [$isFirst ? $first : null, apcu_inc($this->number($name))];
    }

    private function number(string $name): string
    {
        return "$this->space#$name";
    }

    private function value(string $name): string
    {
        return "$this->space=$name";
    }

    private static function now(): int
    {
        return (int) (microtime(true) * 1e6);
    }
}

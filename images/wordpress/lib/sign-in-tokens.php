<?php

namespace Storeyard;

/**
 * Tokens that are each good for one sign-in, within a minute: rows of wp_options that are named by the token's digest. Only whoever
 * asked for one has the token itself.
 *
 * They are read and written past the object cache, and one is used by deleting it: of two who come with it, one deleted a row.
 */
final class SignInTokens
{
    private const SECONDS = 60;
    private const PREFIX = 'storeyard_sign_in_';

    public function __construct(private readonly \wpdb $database)
    {
    }

    public function keep(string $digest, int $user): void
    {
        if (preg_match('/^[0-9a-f]{64}$/', $digest) !== 1) {
            throw new \RuntimeException('the digest of the token is none');
        }
        $this->forgetOld();
        $this->query(
            "INSERT INTO {$this->database->options} (option_name, option_value, autoload) VALUES (%s, %s, 'off')"
                . ' ON DUPLICATE KEY UPDATE option_value = VALUES(option_value)',
            self::PREFIX . $digest,
            (time() + self::SECONDS) . " $user"
        );
    }

    /** The user whom it signs in, once. */
    public function use(#[\SensitiveParameter] string $token): ?int
    {
        $name = self::PREFIX . hash('sha256', $token);
        $row = $this->database->get_var($this->database->prepare(
            "SELECT option_value FROM {$this->database->options} WHERE option_name = %s",
            $name
        ));
        if ($row === null || $this->query("DELETE FROM {$this->database->options} WHERE option_name = %s", $name) !== 1) {
            return null;
        }
        [$ends, $user] = explode(' ', $row);
        return time() <= (int) $ends ? (int) $user : null;
    }

    private function forgetOld(): void
    {
        $this->query(
            "DELETE FROM {$this->database->options} WHERE option_name LIKE %s"
                . " AND CAST(SUBSTRING_INDEX(option_value, ' ', 1) AS UNSIGNED) < %d",
            $this->database->esc_like(self::PREFIX) . '%',
            time()
        );
    }

    /** How many rows it changed. */
    private function query(string $query, string|int ...$values): int
    {
        $rows = $this->database->query($this->database->prepare($query, ...$values));
        return is_int($rows) ? $rows : throw new \RuntimeException('the database does not take the query');
    }
}

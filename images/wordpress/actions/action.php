<?php

/**
 * What every action begins with, and how it ends. To be required at the top level: WordPress expects its globals there.
 *
 * It ends with 0 when all is done. With 3 it understood and will not, and the last line of its standard error is the sentence why.
 */

namespace Storeyard;

// Neither plugin nor theme is loaded: what is asked for here is a way back in, whatever is broken there.
define('WP_INSTALLING', true);
// A database that takes connections and says nothing is not waited for.
ini_set('default_socket_timeout', '5');
ini_set('mysqlnd.net_read_timeout', '5');
// Where something fails, its arguments may be secrets.
ini_set('zend.exception_ignore_args', '1');

/** Why it is not done, as a sentence for the person who asked. */
final class Refused extends \RuntimeException
{
    public const EXIT = 3;
}

final class Action
{
    private static bool $isOver = false;

    /** WordPress, where it cannot go on, prints a page and ends as if all were well. */
    public static function begin(): void
    {
        register_shutdown_function(fn () => self::$isOver || exit(1));
    }

    /** @param callable(array<string, string>): void $what */
    public static function carryOut(callable $what): never
    {
        try {
            $what(self::asked());
            self::end(0);
        } catch (Refused $refused) {
            fwrite(STDERR, "{$refused->getMessage()}\n");
            self::end(Refused::EXIT);
        } catch (\Throwable $error) {
            fwrite(STDERR, "the action failed: {$error->getMessage()}\n");
            self::end(1);
        }
    }

    /** Whoever has the account and may change everything in this shop. */
    public static function administrator(string $account): \WP_User
    {
        $user = get_user_by('login', $account) ?: get_user_by('email', $account);
        if ($user !== false && $user->has_cap('manage_options')) {
            return $user;
        }
        $others = get_users(['role' => 'administrator', 'fields' => 'user_login', 'orderby' => 'ID', 'number' => 5]);
        throw new Refused(
            "The shop has no administrator “{$account}”. "
                . ($others === [] ? 'It has no other either.' : 'It has ' . implode(', ', $others) . '.')
        );
    }

    /** @return array<string, string> */
    private static function asked(): array
    {
        $asked = json_decode(stream_get_contents(STDIN), true, 8, JSON_THROW_ON_ERROR);
        return array_map(
            fn (mixed $value): string => is_string($value) ? $value : throw new \RuntimeException('not a text'),
            $asked
        );
    }

    private static function end(int $status): never
    {
        self::$isOver = true;
        exit($status);
    }
}

Action::begin();
require_once __DIR__ . '/../settings.php';
require __DIR__ . '/../wordpress.php';

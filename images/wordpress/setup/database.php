<?php

namespace Storeyard;

/** Waits for the database: it starts at the same time as this does. */
function connect(int $seconds): \mysqli
{
    mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
    $deadline = time() + $seconds;
    while (true) {
        $database = mysqli_init();
        // An address that answers nothing yet must not hold an attempt for long.
        $database->options(MYSQLI_OPT_CONNECT_TIMEOUT, 1);
        try {
            // Its warnings say no more than the exception does.
            @$database->real_connect(
                setting('DATABASE_HOST', 'mariadb'),
                setting('DATABASE_USER', 'wordpress'),
                secret('database-password'),
                setting('DATABASE_NAME', 'wordpress')
            );
            return $database;
        } catch (\mysqli_sql_exception $error) {
            if (time() >= $deadline) {
                throw new \RuntimeException(
                    "the database did not let the shop in within $seconds s: {$error->getMessage()}"
                );
            }
            usleep(50_000);
        }
    }
}

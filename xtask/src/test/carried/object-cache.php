<?php

/**
 * Tries the object cache's shared memory with several processes, as the web server has them. Run with apc.enable_cli=1.
 */

require '/usr/share/storeyard/lib/shared-cache.php';

use Storeyard\SharedCache;

function found(string $space, string $name): mixed
{
    $value = (new SharedCache($space))->get($name, $found);
    return $found ? $value : 'nothing';
}

function same(mixed $expected, mixed $seen, string $what): void
{
    if ($expected !== $seen) {
        fwrite(STDERR, sprintf("%s: %s instead of %s\n", $what, var_export($seen, true), var_export($expected, true)));
        exit(1);
    }
}

$reader = new SharedCache('read');
$reader->get('row', $found);
$reader->add('row', ['a' => 1]);
same(['a' => 1], found('read', 'row'), 'what was read is known to others');
(new SharedCache('read'))->set('row', ['a' => 2]);
same(['a' => 2], found('read', 'row'), 'so is what was changed');
(new SharedCache('read'))->delete('row');
same('nothing', found('read', 'row'), 'what was removed is not');
same('nothing', found('other', 'row'), 'nor is what was kept under another mark');

$slow = new SharedCache('slow');
$slow->get('row', $found);
(new SharedCache('slow'))->delete('row');
$slow->add('row', 'old');
same('nothing', found('slow', 'row'), 'what was read before somebody changed it is not kept');

[$one, $two] = [new SharedCache('both'), new SharedCache('both')];
$one->get('options', $found);
$one->add('options', []);
$two->get('options', $found);
$one->get('options', $found);
$one->set('options', ['one' => true]);
$two->set('options', ['two' => true]);
same('nothing', found('both', 'options'), 'two that change the same are not believed');
$two->set('options', ['two' => true]);
same('nothing', found('both', 'options'), 'not before it was asked for again');

// A file stands for the database: each process changes names in it and in the cache, and reads what others changed.
const BURSTS = 60;
const PROCESSES = 6;
const ROUNDS = 12;
const NAMES = 2;
$database = sys_get_temp_dir() . '/object-cache-database';
file_put_contents($database, serialize(array_fill(0, NAMES, 0)));

/** Does `change` to the database while nobody else does. */
function inDatabase(callable $change): mixed
{
    global $database;
    $file = fopen($database, 'r+');
    flock($file, LOCK_EX);
    $rows = unserialize(stream_get_contents($file));
    $result = $change($rows);
    ftruncate($file, 0);
    rewind($file);
    fwrite($file, serialize($rows));
    fclose($file);
    return $result;
}

/** As long as another may be faster. */
function linger(): void
{
    usleep(mt_rand(0, 400));
}

function visitOften(int $seed): void
{
    mt_srand($seed);
    for ($round = 0; $round < ROUNDS; $round++) {
        $cache = new SharedCache('busy');
        $name = mt_rand(0, NAMES - 1);
        $value = $cache->get((string) $name, $found);
        if (!$found) {
            $value = inDatabase(fn (array $rows): int => $rows[$name]);
            linger();
            $cache->add((string) $name, $value);
        }
        if (mt_rand(0, 2) === 0) {
            $value = inDatabase(function (array &$rows) use ($name): int {
                return ++$rows[$name];
            });
            linger();
            mt_rand(0, 2) ? $cache->set((string) $name, $value) : $cache->delete((string) $name);
        }
    }
}

$kept = 0;
for ($burst = 0; $burst < BURSTS; $burst++) {
    for ($process = 0; $process < PROCESSES; $process++) {
        if (pcntl_fork() === 0) {
            visitOften($burst * PROCESSES + $process);
            exit(0);
        }
    }
    while (pcntl_wait($status) > 0) {
        same(0, $status, 'a process ended');
    }
    foreach (inDatabase(fn (array $rows): array => $rows) as $name => $value) {
        $known = found('busy', (string) $name);
        if ($known !== 'nothing') {
            $kept++;
            same($value, $known, "row $name, after burst $burst");
        }
    }
}
unlink($database);
same(true, $kept > 0, 'something is kept');
printf("ok, %d of %d were kept\n", $kept, BURSTS * NAMES);

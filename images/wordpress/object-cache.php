<?php
/**
 * Plugin Name: Storeyard: object cache
 * Description: WordPress asks here before it asks the database. What these functions do is in /usr/share/storeyard/lib/object-cache.php.
 */

require_once '/usr/share/storeyard/lib/object-cache.php';

function wp_cache_init()
{
    $GLOBALS['wp_object_cache'] = Storeyard\ObjectCache::of($GLOBALS['wpdb']);
    // Transients stay in the database, where they outlive the pod.
    wp_using_ext_object_cache(false);
}

/** What WordPress' own takes for a key. */
function storeyard_is_cache_key($key): bool
{
    return is_int($key) || (is_string($key) && trim($key) !== '');
}

function wp_cache_get($key, $group = '', $force = false, &$found = null)
{
    $found = false;
    return storeyard_is_cache_key($key)
        ? $GLOBALS['wp_object_cache']->get($key, (string) $group, (bool) $force, $found)
        : false;
}

function wp_cache_add($key, $data, $group = '', $expire = 0)
{
    return storeyard_is_cache_key($key)
        && !wp_suspend_cache_addition()
        && $GLOBALS['wp_object_cache']->add($key, $data, (string) $group, (int) $expire);
}

function wp_cache_set($key, $data, $group = '', $expire = 0)
{
    return storeyard_is_cache_key($key)
        && $GLOBALS['wp_object_cache']->set($key, $data, (string) $group, (int) $expire);
}

function wp_cache_replace($key, $data, $group = '', $expire = 0)
{
    wp_cache_get($key, $group, false, $found);
    return $found && wp_cache_set($key, $data, $group, $expire);
}

function wp_cache_delete($key, $group = '')
{
    return storeyard_is_cache_key($key) && $GLOBALS['wp_object_cache']->delete($key, (string) $group);
}

function wp_cache_incr($key, $offset = 1, $group = '')
{
    return storeyard_is_cache_key($key)
        ? $GLOBALS['wp_object_cache']->count($key, (int) $offset, (string) $group)
        : false;
}

function wp_cache_decr($key, $offset = 1, $group = '')
{
    return wp_cache_incr($key, -(int) $offset, $group);
}

function wp_cache_flush()
{
    $GLOBALS['wp_object_cache']->flush();
    return true;
}

function wp_cache_flush_runtime()
{
    $GLOBALS['wp_object_cache']->forget();
    return true;
}

function wp_cache_supports($feature)
{
    return $feature === 'flush_runtime';
}

function wp_cache_close()
{
    $GLOBALS['wp_object_cache']->end();
    return true;
}

function wp_cache_add_non_persistent_groups($groups)
{
    $GLOBALS['wp_object_cache']->keepToItself((array) $groups);
}

// All groups are those of the one site that there is.
function wp_cache_add_global_groups($groups)
{
}

function wp_cache_switch_to_blog($site)
{
}

function wp_cache_reset()
{
}

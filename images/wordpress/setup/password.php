<?php

namespace Storeyard;

/**
 * A password as WordPress' functions have to be given it. Its forms compare what was typed with a backslash before every quote
 * and backslash, so that is what has to be hashed.
 */
function asFormsSendIt(string $typed): string
{
    return wp_slash($typed);
}

<?php

/**
 * Has an administrator signed in whoever comes with a token next: see sign-in.php of the site. It is given the token's digest.
 */

namespace Storeyard;

require __DIR__ . '/action.php';
require __DIR__ . '/../lib/sign-in-tokens.php';

Action::carryOut(function (array $asked): void {
    $administrator = Action::administrator($asked['account']);
    (new SignInTokens($GLOBALS['wpdb']))->keep($asked['digest'], $administrator->ID);
});

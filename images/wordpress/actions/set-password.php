<?php

/**
 * Sets an administrator's password, and ends all their sessions: whoever had the old one is out.
 */

namespace Storeyard;

require __DIR__ . '/action.php';
require __DIR__ . '/../password.php';

Action::carryOut(function (array $asked): void {
    $administrator = Action::administrator($asked['account']);
    wp_set_password(asFormsSendIt($asked['password']), $administrator->ID);
    \WP_Session_Tokens::get_instance($administrator->ID)->destroy_all();
});

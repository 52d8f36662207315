<?php

// Pluggable: with this one defined first, WordPress sends no "new site" mail.
function wp_new_blog_notification()
{
}

# Starts the image's web server with the limits of a plan, and asks it what it gives to PHP.
set -eu

# What is asked for is the test's own, the rest of the configuration the image's.
mkdir /tmp/site
cat >/tmp/site/told.php <<'PHP'
<?php
if (!apcu_exists('asked')) {
    apcu_store('asked', 0);
}
echo json_encode([
    'asked' => apcu_inc('asked'),
    'authorization' => $_SERVER['HTTP_AUTHORIZATION'] ?? null,
    'user' => $_SERVER['PHP_AUTH_USER'] ?? null,
    'memory' => ini_get('memory_limit'),
    'upload' => ini_get('upload_max_filesize'),
    'post' => ini_get('post_max_size'),
    'cache' => ini_get('apc.shm_size'),
    'pictures' => Imagick::getResourceLimit(Imagick::RESOURCETYPE_MEMORY),
]);
PHP
sed -e 's/^Listen .*/Listen 127.0.0.1:18097/' -e 's#^\(DocumentRoot\|<Directory\) /usr/share/wordpress\(>\|$\)#\1 /tmp/site\2#' \
    /etc/apache2/storeyard.conf >/tmp/web-server.conf

export MEMORY_LIMIT=1342177280 PHP_MEMORY_LIMIT=384M PHP_UPLOAD_LIMIT=2M PHP_POST_LIMIT=3M
# Apache ends its whole process group.
setsid web -f /tmp/web-server.conf >>/tmp/web-server.log 2>&1 &
server=$!
trap 'kill "$server"' EXIT

ask() {
    curl --silent --show-error --fail --retry 20 --retry-connrefused --retry-delay 1 "$@" http://127.0.0.1:18097/told.php
}

same() {
    [ "$1" = "$2" ] || { echo "told $1 instead of $2" >&2; cat /tmp/web-server.log >&2; exit 1; }
}

limits='"memory":"384M","upload":"2M","post":"3M","cache":"80M","pictures":335544320'
same "$(ask --header 'Authorization: Bearer abc')" "{\"asked\":1,\"authorization\":\"Bearer abc\",\"user\":null,$limits}"
same "$(ask --user ada:secret)" "{\"asked\":2,\"authorization\":\"Basic YWRhOnNlY3JldA==\",\"user\":\"ada\",$limits}"
same "$(ask)" "{\"asked\":3,\"authorization\":null,\"user\":null,$limits}"

head -c 3145729 /dev/zero >/tmp/too-much
head -c 2097152 /dev/zero >/tmp/enough
same "$(ask --data-binary @/tmp/enough --output /dev/null --write-out '%{http_code}')" 200
same "$(curl --silent --output /dev/null --write-out '%{http_code}' --data-binary @/tmp/too-much http://127.0.0.1:18097/told.php)" 413

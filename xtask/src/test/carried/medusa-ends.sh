# Told to end while its shop is not up yet, it ends at once and well: as the first process of a container it would else not end at all.
set -eu

export SECRETS_DIR=/tmp/secrets DATABASE_HOST=127.0.0.1 DATABASE_PORT=1
mkdir -p "$SECRETS_DIR"
for name in database-password jwt-secret cookie-secret publishable-key; do printf secret >"$SECRETS_DIR/$name"; done

fail() {
    echo "$*" >&2
    cat /tmp/log >&2
    exit 1
}

node /srv/medusa/server.js >/tmp/log 2>&1 &
server=$!
for _ in $(seq 600); do
    ! grep -q 'waiting for the database' /tmp/log || break
    kill -0 "$server" 2>/dev/null || fail "it ended by itself"
    sleep 0.1
done
grep -q 'waiting for the database' /tmp/log || fail "it does not wait for its database"
kill -TERM "$server"
wait "$server" || fail "it did not end well"
rm -rf "$SECRETS_DIR"

# A database is made once, takes a new password at its next start, and refuses data that another PostgreSQL wrote.
set -eu

export DATABASE=shop SECRETS_DIR=/tmp/secrets VOLUME=/tmp/volume PGPORT=$((20000 + $$ % 20000))
mkdir -p "$SECRETS_DIR" "$VOLUME"

fail() {
    echo "$*" >&2
    cat /tmp/log >&2
    exit 1
}

start() {
    entrypoint -c port="$PGPORT" >/tmp/log 2>&1 &
    server=$!
    for _ in $(seq 300); do
        database-answers 2>/dev/null && return
        kill -0 "$server" 2>/dev/null || fail "it ended"
        sleep 0.1
    done
    fail "it does not answer"
}

stop() {
    kill -INT "$server"
    wait "$server" || fail "it did not end well"
}

query() {
    PGPASSWORD=$(cat "$SECRETS_DIR/database-password") \
        psql --no-psqlrc --quiet --tuples-only --no-align --host=127.0.0.1 --username="$1" --dbname=shop --command="$2" 2>&1
}

printf "it's \\ a \"word\"" >"$SECRETS_DIR/database-password"
start
query shop 'CREATE EXTENSION pg_trgm; CREATE TABLE kept (n int); INSERT INTO kept VALUES (1)'
! query postgres 'SELECT 1' || fail "its owner gets in over the network"
stop
! grep -F "word" /tmp/log || fail "the password is in the log"

printf another >"$SECRETS_DIR/database-password"
start
[ "$(query shop 'SELECT n FROM kept')" = 1 ] || fail "what was kept is gone"
kill -KILL "$server"
! wait "$server" || fail "it was not killed"
sleep 1
start
[ "$(query shop 'SELECT n FROM kept')" = 1 ] || fail "what was kept is gone after a crash"
stop

echo 16 >"$VOLUME/data/PG_VERSION"
! entrypoint >/tmp/log 2>&1 || fail "it runs on data of another version"
grep -q 'FATAL:  The data is of PostgreSQL 16, and this is ' /tmp/log || fail "it does not say why"
rm -rf /tmp/secrets /tmp/volume

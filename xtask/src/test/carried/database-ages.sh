# Starts the image's entrypoint on data of its own MariaDB, of an older and of a newer one, and prints a line for what is as it should be.
set -eu

export VOLUME=/tmp/volume SECRETS_DIR=/tmp/secrets
mkdir -p "$VOLUME" "$SECRETS_DIR"
echo shop >"$SECRETS_DIR/database-password"
echo root >"$SECRETS_DIR/database-root-password"
log=/tmp/log
server=
trap '[ -z "$server" ] || kill "$server"' EXIT
socket=/tmp/mariadb.sock

# Runs the entrypoint until the shop gets in, and then $1; its exit code is that of the server.
serve() {
    : >"$log"
    entrypoint --skip-networking >>"$log" 2>&1 &
    server=$!
    until MYSQL_PWD=shop mariadb --no-defaults --skip-ssl --socket="$socket" --user=wordpress --execute='DO 1' wordpress 2>/dev/null; do
        kill -0 "$server" 2>/dev/null || { wait "$server" || { code=$?; server=; cat "$log" >&2; return "$code"; }; }
        sleep 0.2
    done
    eval "$1"
    kill "$server"
    wait "$server"
    server=
}

ask() {
    MYSQL_PWD=root mariadb --no-defaults --skip-ssl --socket="$socket" --user=root --batch --skip-column-names --execute="$1"
}

serve 'ask "CREATE TABLE wordpress.kept (a INT)"; ask "SELECT SLEEP(2.5)"'
grep -q 'Query_time: 2' "$log"
echo 'a slow query is in the log'

version=$(cat "$VOLUME/opened-by")
head -c "${#version}" "$VOLUME/data/mariadb_upgrade_info" | grep -qxF "$version"
echo 'new data is of this MariaDB'

serve 'ask "DROP TABLE mysql.innodb_table_stats"'
echo 10.11.2-MariaDB >"$VOLUME/data/mariadb_upgrade_info"
echo 10.11.2 >"$VOLUME/opened-by"
serve 'ask "SELECT COUNT(*) FROM mysql.innodb_table_stats" >/dev/null; ask "SELECT * FROM wordpress.kept"'
grep -q "bringing the tables of MariaDB 10.11.2 up to date with $version" "$log"
grep -qxF "$version" "$VOLUME/opened-by"
serve :
! grep -q 'bringing the tables' "$log"
echo 'older data is brought up to date once'

rm "$VOLUME/opened-by"
serve :
grep -qxF "$version" "$VOLUME/opened-by"
echo 'data of an image that wrote nothing down is taken'

echo "${version%.*}.999" >"$VOLUME/opened-by"
serve :
echo 'data of a newer release of the same series is taken'

echo 99.1.2 >"$VOLUME/opened-by"
if serve :; then exit 1; fi
grep -q "\[ERROR\] The data is of MariaDB 99.1.2, and this is $version, which cannot read it" "$log"
grep -qxF 99.1.2 "$VOLUME/opened-by"
echo 'data of a newer series is refused with a sentence'

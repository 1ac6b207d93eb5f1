# shellcheck shell=bash disable=SC2034,SC2153  # names are shared with the scripts that source this
# Sourced: the registry of the office, in a file of its own or on PostgreSQL of the same machine.

on_postgresql() { grep -q '^HOTICH_REGISTRY_URL="\?postgresql:' "$ENVIRONMENT" 2>/dev/null; }

has_registry() {  # whether there is one already, left by an installation before
    if on_postgresql; then database_is_there "$DATABASE" && [ -f "$WORKSPACE/audit.key" ]; else [ -f "$WORKSPACE/hotich.db" ]; fi
}

as_postgres() { (cd / && runuser -u postgres -- "$@"); }

database_is_there() {
    [ "$(as_postgres psql -XAtqc "SELECT 1 FROM pg_database WHERE datname = '$1'" 2>/dev/null)" = 1 ]
}

owner_url() { printf 'postgresql://%s@127.0.0.1/%s' "$OWNER" "$1"; }

as_owner() {  # runs a command of a version on a database as the owner of the tables; arguments: version, database, command
    # The password goes by the environment: what stands on a command line every account of the machine can see.
    local version=$1 database=$2 url
    shift 2
    url=$(owner_url "$database")
    (
        set -a
        # shellcheck disable=SC1090
        . "$ENVIRONMENT"
        HOTICH_REGISTRY_URL=$url
        PGPASSWORD=$(cat "$OWNER_PASSWORD")
        set +a
        umask 077
        cd "$WORKSPACE" || exit 1
        exec runuser -u "$ACCOUNT" -- "$VERSIONS/$version/.venv/bin/hotich" "$@"
    )
}

set_up_postgresql() {  # roles and an empty database; what is there stays
    has_systemd && logged systemctl enable --now postgresql
    as_postgres psql -XAtqc 'SELECT 1' >/dev/null 2>&1 ||
        refuse "$CANNOT" "máy chủ PostgreSQL của máy này không trả lời." "Hãy xem: systemctl status postgresql"
    [ -s "$OWNER_PASSWORD" ] || (umask 077; openssl rand -hex 24) | write_file "$OWNER_PASSWORD" 0600 root:root
    PASSWORD=$(cat "$OWNER_PASSWORD") as_postgres psql -Xq -v ON_ERROR_STOP=1 -v owner="$OWNER" -v account="$ACCOUNT" \
        >>"$LOG" 2>&1 <<'SQL' || refuse "$CANNOT" "không tạo được tài khoản của cơ sở dữ liệu." "Nhật ký: $LOG"
\getenv password PASSWORD
SET client_min_messages = warning;
SET log_statement = 'none';
SELECT format('CREATE ROLE %I LOGIN', :'owner') WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = :'owner') \gexec
SELECT format('CREATE ROLE %I LOGIN', :'account') WHERE NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = :'account') \gexec
ALTER ROLE :"owner" PASSWORD :'password';
SQL
    database_is_there "$DATABASE" || new_database "$DATABASE"
}

new_database() {
    logged as_postgres createdb --owner "$OWNER" --template template0 --encoding UTF8 --locale C.UTF-8 "$1" ||
        refuse "$CANNOT" "không tạo được cơ sở dữ liệu $1."
}

drop_database() { ! database_is_there "$1" || logged as_postgres dropdb --force "$1"; }

upgrade_registry() {  # argument: version; brings the registry in use to the tables of that version
    if on_postgresql; then
        as_owner "$1" "$DATABASE" registry upgrade && grant_rights "$1"
    else
        as_office "$1" registry upgrade
    fi
}

grant_rights() {  # argument: version
    as_office "$1" registry role-sql "$ACCOUNT" |
        PGPASSWORD=$(cat "$OWNER_PASSWORD") psql -Xq -v ON_ERROR_STOP=1 -h 127.0.0.1 -U "$OWNER" "$DATABASE" >>"$LOG" 2>&1
}

rehearse() {  # argument: version; on a copy, while the office works on
    local trial=${DATABASE}_dien_tap done=0
    if ! on_postgresql; then
        as_office "$1" registry rehearse
        return
    fi
    drop_database "$trial" && new_database "$trial"
    as_owner "$1" "$DATABASE" registry rehearse --to "$(owner_url "$trial")" || done=$?
    drop_database "$trial"
    return "$done"
}

keep_registry() {  # arguments: version that runs, folder; an exact copy, to go back to
    rm -rf "$2"
    install -d -m 0700 -o "$ACCOUNT" -g "$ACCOUNT" "$2"
    as_office "$1" registry snapshot "$2" >/dev/null
}

put_registry_back() {  # arguments: version, folder that keep_registry filled; nothing has the registry open
    if ! on_postgresql; then
        as_office "$1" registry put-back "$2/registry.db"
        return
    fi
    local aside
    aside=${DATABASE}_thay_$(date +%Y%m%d_%H%M%S)
    ! database_is_there "$DATABASE" || logged as_postgres psql -Xqc "ALTER DATABASE $DATABASE RENAME TO $aside"
    new_database "$DATABASE"
    as_owner "$1" "$DATABASE" registry put-back "$2/registry.dump" && grant_rights "$1"
}

registry_megabytes() {
    if on_postgresql; then
        as_postgres psql -XAtqc "SELECT pg_database_size('$DATABASE') / 1000000 + 1"
    else
        du -cm "$WORKSPACE"/hotich.db* 2>/dev/null | tail -n 1 | cut -f 1
    fi
}

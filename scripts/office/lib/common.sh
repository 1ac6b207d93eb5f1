# shellcheck shell=bash disable=SC2034,SC2153  # names are shared with the scripts that source this
# Sourced by the scripts of this folder: where things lie on the machine of an office, what they say, how they refuse.
# The paths are fixed: the units, nginx and the command hotich name the same ones.

PROGRAM=/opt/hotich                      # versions/NAME (each whole, with its .venv) and the link current
VERSIONS=$PROGRAM/versions
CURRENT=$PROGRAM/current
WORKSPACE=/var/lib/hotich                # registry, scans, keys: never removed by any of these scripts
SETTINGS=/etc/hotich                     # hotich.env, backup.key, tls/, pages/
ENVIRONMENT=$SETTINGS/hotich.env
CLOSED=$SETTINGS/closed                  # as long as it is there, nginx lets nobody in
TLS=$SETTINGS/tls
BOOKS=/srv/so-da-quet
BACKUPS=/var/backups/hotich
UPGRADE=/var/lib/hotich-upgrade          # what an upgrade needs to be taken back, and how far it has come
UNITS=/etc/systemd/system
SITE=/etc/nginx/conf.d/hotich.conf
COMMAND=/usr/local/bin/hotich
ACCOUNT=hotich
LOG=/var/log/hotich-install.log

OWNER=hotich_chu                         # who owns the tables on PostgreSQL; the account hotich only works in them
DATABASE=hotich
OWNER_PASSWORD=$SETTINGS/postgresql-owner  # readable by root alone

SOCKET=/run/hotich/desk.sock
SERVICES=(hotich-web.service hotich-worker.service hotich-prefect.service)
TIMERS=(hotich-backup.timer hotich-certificate.timer)

CANNOT=3    # exit code: something is missing that these scripts cannot provide
REFUSED=4   # exit code: asked for something that would not be safe; nothing was changed
TAKEN_BACK=5  # exit code: the upgrade failed and the old version runs again

export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
umask 022
set -E
trap 'printf "Lỗi không lường trước (%s, dòng %s). Nhật ký: %s\n" "${BASH_SOURCE[0]##*/}" "$LINENO" "$LOG" >&2' ERR

say() { printf '%s\n' "$*"; }

warn() { printf 'Chú ý: %s\n' "$*" >&2; }

refuse() {  # arguments: exit code, sentences, each on its own line
    local code=$1
    shift
    printf 'Không làm tiếp được: %s\n' "$1" >&2
    shift
    [ $# = 0 ] || printf '  %s\n' "$@" >&2
    exit "$code"
}

STEP=0
step() {  # what is done now, for who watches
    STEP=$((STEP + 1))
    printf '\n[%d/%d] %s\n' "$STEP" "${STEPS:-1}" "$*"
}

logged() {  # runs a command; what it prints goes to the log, and its end to the screen when it fails
    local before
    (umask 077; touch "$LOG")
    before=$(wc -c <"$LOG")
    printf '\n== %s: %s\n' "$(date -u +%FT%TZ)" "$*" >>"$LOG"
    "$@" >>"$LOG" 2>&1 </dev/null && return 0
    tail -c "+$((before + 1))" "$LOG" | tail -n 15 | sed 's/^/    /' >&2
    warn "Lệnh trên không chạy được. Nhật ký đầy đủ: $LOG"
    return 1
}

as_office() {  # runs a command of a version as the account of the office, with its settings; arguments: version, command
    local version=$1
    shift
    (
        set -a
        # shellcheck disable=SC1090
        . "$ENVIRONMENT"
        set +a
        umask 077
        cd "$WORKSPACE" || exit 1
        exec runuser -u "$ACCOUNT" -- "$VERSIONS/$version/.venv/bin/hotich" "$@"
    )
}

current_version() { [ -L "$CURRENT" ] && basename "$(readlink "$CURRENT")"; }

has_systemd() { [ -d /run/systemd/system ]; }

need_root() {
    [ "$(id -u)" = 0 ] && return 0
    refuse "$CANNOT" "cần quyền quản trị máy (root)." "Hãy chạy: sudo $0 ${ARGUMENTS[*]-}"
}

one_at_a_time() {
    install -d -m 0700 /run/hotich-install  # /run/lock is open to every account
    exec 8>/run/hotich-install/lock
    flock -n 8 || refuse "$REFUSED" "một lần cài, nâng cấp hay gỡ khác đang chạy trên máy này." "Hãy đợi lần ấy xong."
}

free_megabytes() {  # of the disk that a folder, or the nearest one above it, lies on
    local folder=$1
    while [ ! -d "$folder" ]; do folder=$(dirname "$folder"); done
    df --output=avail -BM "$folder" | tail -n 1 | tr -dc 0-9
}

need_space() {  # arguments: folder, megabytes, what for
    local free
    free=$(free_megabytes "$1")
    [ "$free" -ge "$2" ] && return 0
    refuse "$CANNOT" "ổ đĩa chứa $1 chỉ còn $free MB, cần ít nhất $2 MB $3." "Hãy dọn bớt ổ đĩa rồi chạy lại."
}

write_file() {  # arguments: target, mode, owner; the text comes by standard input; the file is whole or not there
    local temporary
    temporary=$(mktemp "$1.XXXXXX")
    cat >"$temporary"
    chown "$3" "$temporary"
    chmod "$2" "$temporary"
    sync "$temporary"
    mv -f "$temporary" "$1"
}

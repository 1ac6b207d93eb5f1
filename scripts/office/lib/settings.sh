# shellcheck shell=bash disable=SC2034,SC2153  # names are shared with the scripts that source this
# Sourced: what the office has chosen, kept in /etc/hotich/hotich.env, which people may edit afterwards.

setting() {  # argument: name; as it stands in the file
    sed -n "s/^$1=\"\{0,1\}\([^\"]*\)\"\{0,1\}$/\1/p" "$ENVIRONMENT" 2>/dev/null | tail -n 1 || true
}

read_folders() {  # what was chosen before counts; sets BOOKS_FOLDER, BACKUP_FOLDER and NAME
    BOOKS_FOLDER=$(setting HOTICH_BOOKS)
    BOOKS_FOLDER=${BOOKS_FOLDER:-$BOOKS}
    BACKUP_FOLDER=$(setting HOTICH_BACKUP)
    BACKUP_FOLDER=${BACKUP_FOLDER:-$BACKUPS}
    NAME=$(cat "$TLS/name" 2>/dev/null || true)
}

check_folder() {  # argument: a folder that the services are to write to
    [[ $1 == /* ]] || refuse "$REFUSED" "thư mục phải là đường dẫn đầy đủ: $1."
    [[ $1 =~ ^[A-Za-z0-9/._-]+$ ]] || refuse "$REFUSED" "tên thư mục chỉ được có chữ không dấu, số, dấu chấm, gạch: $1."
    case $1 in
        /home | /home/* | /root | /root/* | /tmp | /tmp/* | / | /etc | /etc/* | /usr | /usr/*)
            refuse "$REFUSED" "dịch vụ không được ghi vào $1." "Hãy chọn thư mục khác, ví dụ /srv/… hay /mnt/…" ;;
        "$WORKSPACE" | "$WORKSPACE"/*) refuse "$REFUSED" "$1 nằm trong thư mục làm việc $WORKSPACE. Hãy chọn chỗ khác." ;;
    esac
}

write_settings() {  # argument: sqlite or postgresql; a file that is there stays as it is
    if [ ! -s "$SETTINGS/backup.key" ]; then
        (umask 077; openssl rand -hex 32) | write_file "$SETTINGS/backup.key" 0600 "$ACCOUNT:$ACCOUNT"
        NEW_BACKUP_KEY=1
    fi
    [ -f "$ENVIRONMENT" ] && return 0
    local url="# HOTICH_REGISTRY_URL: sổ dữ liệu là tệp hotich.db trong thư mục làm việc."
    [ "$1" != postgresql ] || url="HOTICH_REGISTRY_URL=\"postgresql://$ACCOUNT@/$DATABASE?host=/var/run/postgresql\""
    write_file "$ENVIRONMENT" 0640 "root:$ACCOUNT" <<TEXT
# Thiết lập của cơ quan, đọc khi các dịch vụ khởi động: sudo systemctl restart hotich-web hotich-prefect hotich-worker
# Mọi biến: docs/how-to/run-a-folder.md. Không ghi mật khẩu ở đây.
HOTICH_WORKSPACE="$WORKSPACE"
HOTICH_BOOKS="$BOOKS_FOLDER"
HOTICH_BACKUP="$BACKUP_FOLDER"
HOTICH_BACKUP_KEY_FILE="$SETTINGS/backup.key"
HOTICH_CERTIFICATE="$TLS/desk.crt"
$url
DO_NOT_TRACK="1"
PREFECT_SERVER_ANALYTICS_ENABLED="false"
OMP_THREAD_LIMIT="1"
OMP_NUM_THREADS="1"
PYTHONUTF8="1"
TEXT
}

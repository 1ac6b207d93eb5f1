#!/usr/bin/env bash
# Installs hotich for an office on one Debian machine: accounts, program, registry, certificate, services, backups and the
# first administrator. A second run finds what is there and goes on where the first was cut off; a newer program on a
# machine that has one is an upgrade (upgrade.sh). Exit codes: 0 done, 3 the machine lacks something, 4 refused.
set -euo pipefail
HERE=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=scripts/office/lib/common.sh
. "$HERE/lib/common.sh"
# shellcheck source=scripts/office/lib/settings.sh
. "$HERE/lib/settings.sh"
# shellcheck source=scripts/office/lib/machine.sh
. "$HERE/lib/machine.sh"
# shellcheck source=scripts/office/lib/version.sh
. "$HERE/lib/version.sh"
# shellcheck source=scripts/office/lib/learning.sh
. "$HERE/lib/learning.sh"
# shellcheck source=scripts/office/lib/database.sh
. "$HERE/lib/database.sh"
# shellcheck source=scripts/office/lib/services.sh
. "$HERE/lib/services.sh"

usage() {
    cat <<'TEXT'
Cài hotich cho một cơ quan trên máy Debian này.

  sudo scripts/office/install.sh [tùy chọn]

  --name TÊN         tên mà máy trạm gõ vào trình duyệt (mặc định: tên của máy)
  --books THƯ_MỤC    nơi để các sổ đã quét (mặc định /srv/so-da-quet)
  --backup THƯ_MỤC   nơi sao lưu, nên ở ổ đĩa khác (mặc định /var/backups/hotich)
  --postgresql       sổ dữ liệu trên máy chủ PostgreSQL của chính máy này (mặc định: một tệp SQLite)
  --admin TÊN        tên đăng nhập của người quản trị đầu tiên (mặc định quan.tri)
  --learning         cài cả phần học (torch, onnx): máy học nét chữ từ những gì đã đối chiếu; thêm sau cũng được
  --offline GÓI      không dùng mạng: mọi thứ lấy từ gói cài ngoại tuyến (scripts/office/bundle.sh)

Thư mục làm việc là /var/lib/hotich, chương trình ở /opt/hotich, thiết lập ở /etc/hotich.
TEXT
}

ARGUMENTS=("$@")
SOURCE=$(dirname "$(dirname "$HERE")")
KIND=sqlite
ADMIN=quan.tri
OFFLINE=
WANTS_LEARNING=
NEW_BACKUP_KEY=
ASKED_NAME=
ASKED_BOOKS=
ASKED_BACKUP=
while [ $# -gt 0 ]; do
    case $1 in
        --name | --books | --backup | --admin | --offline)
            [ -n "${2:-}" ] || refuse "$REFUSED" "$1 cần một giá trị đi sau."
            case $1 in
                --name) ASKED_NAME=$2 ;;
                --books) ASKED_BOOKS=$2 ;;
                --backup) ASKED_BACKUP=$2 ;;
                --admin) ADMIN=$2 ;;
                --offline) OFFLINE=$(readlink -f "$2") ;;
            esac
            shift ;;
        --postgresql) KIND=postgresql ;;
        --learning) WANTS_LEARNING=1 ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; refuse "$REFUSED" "không hiểu tùy chọn $1." ;;
    esac
    shift
done

need_root
STEPS=9
step "Xem máy này có cài được không"
check_system
one_at_a_time
[ -z "$OFFLINE" ] || open_bundle "$OFFLINE"
check_source "$SOURCE"
VERSION=$(version_name "$SOURCE")
if [ -f "$UPGRADE/state" ]; then
    refuse "$REFUSED" "lần nâng cấp trước bị ngắt giữa chừng." "Hãy chạy trước: sudo $CURRENT/scripts/office/upgrade.sh --take-back"
fi
BEFORE=$(current_version || true)
if [ -n "$BEFORE" ] && [ "$BEFORE" != "$VERSION" ] && [ -f "$SETTINGS/installed" ]; then
    say "Máy đã có bản $BEFORE: chuyển sang nâng cấp lên $VERSION, có diễn tập."
    exec 8>&-
    trap - EXIT
    close_bundle
    [ -z "$WANTS_LEARNING" ] || write_file "$LEARNING" 0644 root:root <<<"torch, onnx"
    exec "$HERE/upgrade.sh" ${OFFLINE:+--offline "$OFFLINE"}
fi
check_ports
[ -z "$WANTS_LEARNING" ] || need_space "$PROGRAM" "$LEARNING_MEGABYTES" "cho phần học"
read_folders
if [ -f "$ENVIRONMENT" ]; then
    [ -z "$ASKED_BOOKS$ASKED_BACKUP" ] ||
        [ "${ASKED_BOOKS:-$BOOKS_FOLDER}$ASKED_BACKUP" = "$BOOKS_FOLDER${ASKED_BACKUP:+$BACKUP_FOLDER}" ] ||
        refuse "$REFUSED" "$ENVIRONMENT đã chọn thư mục khác." "Hãy sửa tệp ấy, hoặc bỏ --books, --backup, rồi chạy lại."
    [ "$KIND" = sqlite ] || on_postgresql ||
        refuse "$REFUSED" "sổ dữ liệu của máy này là tệp SQLite." "Chuyển sang PostgreSQL: docs/how-to/use-postgresql.md."
    ! on_postgresql || KIND=postgresql
else
    BOOKS_FOLDER=${ASKED_BOOKS:-$BOOKS_FOLDER}
    BACKUP_FOLDER=${ASKED_BACKUP:-$BACKUP_FOLDER}
fi
check_folder "$BOOKS_FOLDER"
check_folder "$BACKUP_FOLDER"
need_space "$WORKSPACE" "$DATA_MEGABYTES" "cho dữ liệu"
say "Máy dùng được. Bản sẽ cài: $VERSION."

step "Cài gói hệ thống"
PACKAGES=("${SYSTEM_PACKAGES[@]}")
[ "$KIND" = sqlite ] || PACKAGES+=(postgresql postgresql-client)
install_packages "${PACKAGES[@]}"

step "Tạo tài khoản hệ thống và thư mục"
make_account
write_settings "$KIND"
say "Tài khoản $ACCOUNT; dữ liệu ở $WORKSPACE, sổ đã quét ở $BOOKS_FOLDER, sao lưu ở $BACKUP_FOLDER."

step "Đặt chương trình vào $VERSIONS/$VERSION"
put_version "$SOURCE" "$VERSION"
[ -z "$WANTS_LEARNING" ] || write_file "$LEARNING" 0644 root:root <<<"torch, onnx"
put_learning "$VERSIONS/$VERSION" || [ -z "$WANTS_LEARNING" ] || refuse "$CANNOT" "chưa cài được phần học." \
    "Sửa điều nêu trên rồi chạy lại; hay bỏ --learning và xóa $LEARNING để cài không có phần học."

step "Tạo chứng thư TLS cho mạng nội bộ"
"$VERSIONS/$VERSION/scripts/office/certificate.sh" --when-due ${ASKED_NAME:+--name "$ASKED_NAME"}
read_folders

step "Chuẩn bị sổ dữ liệu"
[ "$KIND" = sqlite ] || set_up_postgresql
if [ ! -f "$SETTINGS/installed" ] && has_registry; then
    say "Đã có sổ dữ liệu từ lần cài trước: diễn tập trên một bản chép rồi mới dùng tiếp."
    rehearse "$VERSION" || refuse "$REFUSED" "bản này không dùng được với sổ dữ liệu đang có; sổ ấy còn nguyên." \
        "Hãy cài đúng bản trước đây, hoặc bản mới hơn."
    keep_registry "$VERSION" "$UPGRADE/before-install"
fi
upgrade_registry "$VERSION" || refuse "$CANNOT" "không mở được sổ dữ liệu."

# Before the desk starts: it would make an administrator itself, with the password in a file of the workspace.
step "Người quản trị đầu tiên"
if [ "$(as_office "$VERSION" account list --json | tr -d ' \n')" = "[]" ]; then
    as_office "$VERSION" account add "$ADMIN" --name "Quản trị" --role administrator
    say "Mật khẩu trên chỉ hiện ở đây một lần. Mất thì cấp lại: sudo hotich account reset $ADMIN"
else
    say "Đã có tài khoản; không tạo thêm."
fi

step "Đặt dịch vụ và máy chủ web"
point_to "$VERSION"
put_services "$VERSION"
take_port_80
check_site
open_doors
[ "$(cat "$SETTINGS/installed" 2>/dev/null)" != "$VERSION" ] || HOW=start  # nobody is interrupted by a second run
start_desk || refuse "$CANNOT" "bàn rà soát không trả lời." "Xem: sudo journalctl -n 50 -u hotich-web -u nginx"
start_schedule || refuse "$CANNOT" "có dịch vụ không chạy được." "Xem: sudo journalctl -n 50 -u hotich-prefect -u hotich-worker"
if has_systemd; then
    site_answers || refuse "$CANNOT" "máy chủ web không trả lời qua TLS." "Xem: sudo journalctl -n 50 -u nginx"
    schedule_answers || warn "lịch chạy đêm chưa trả lời. Xem: sudo journalctl -n 50 -u hotich-prefect -u hotich-worker"
fi

step "Bản sao lưu đầu tiên"
if compgen -G "$BACKUP_FOLDER/ban-sao/*.json*" >/dev/null; then
    say "Đã có bản sao lưu trong $BACKUP_FOLDER."
else
    as_office "$VERSION" backup "$BACKUP_FOLDER" --keys || warn "chưa sao lưu được; hotich doctor sẽ nhắc."
fi
df --output=target "$BACKUP_FOLDER" "$WORKSPACE" | tail -n 2 | uniq | wc -l | grep -qx 2 ||
    warn "nơi sao lưu nằm cùng ổ đĩa với dữ liệu: hỏng ổ là mất cả hai. Hãy gắn ổ khác và sửa HOTICH_BACKUP trong $ENVIRONMENT."

write_file "$SETTINGS/installed" 0644 root:root <<<"$VERSION"

cat <<TEXT

Đã cài xong bản $VERSION.
  Mở bàn rà soát:        https://$NAME/
  Máy trạm tin cậy máy:  http://$NAME/chung-thu/  (làm một lần trên mỗi máy trạm)
  Dấu vân tay chứng thư: $(openssl x509 -in "$TLS/ca.crt" -noout -fingerprint -sha256 | cut -d= -f 2)
  Kiểm tra máy:          sudo hotich doctor
TEXT
[ -z "$NEW_BACKUP_KEY" ] ||
    say "  CHÉP NGAY $SETTINGS/backup.key ra nơi khác (két, giấy in): mất khóa ấy là mất mọi bản sao lưu."
say_firewall

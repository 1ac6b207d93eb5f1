#!/usr/bin/env bash
# Takes the program and its services off the machine and leaves all that is the office's: registry, scans, keys, settings,
# certificate, backups. Safe to run again. Exit codes as those of install.sh.
set -euo pipefail
HERE=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=scripts/office/lib/common.sh
. "$HERE/lib/common.sh"
# shellcheck source=scripts/office/lib/settings.sh
. "$HERE/lib/settings.sh"
# shellcheck source=scripts/office/lib/services.sh
. "$HERE/lib/services.sh"

ARGUMENTS=("$@")
SURE=
for argument in "$@"; do
    case $argument in
        --yes) SURE=1 ;;
        *) printf 'Gỡ hotich khỏi máy này, giữ nguyên dữ liệu.\n\n  sudo scripts/office/uninstall.sh [--yes]\n'; exit 0 ;;
    esac
done
need_root
one_at_a_time
if [ -f "$UPGRADE/state" ]; then
    refuse "$REFUSED" "một lần nâng cấp đang dở." "Hãy chạy trước: sudo $CURRENT/scripts/office/upgrade.sh --take-back"
fi
read_folders
if [ -z "$SURE" ]; then
    [ -t 0 ] || refuse "$REFUSED" "cần --yes khi không có người trả lời."
    read -r -p "Gỡ chương trình và dịch vụ, giữ nguyên dữ liệu? Gõ go để tiếp tục: " answer
    [ "$answer" = go ] || refuse "$REFUSED" "đã thôi; không có gì thay đổi."
fi

STEPS=3
step "Dừng và gỡ dịch vụ"
stop_services
for unit in "${TIMERS[@]}" "${SERVICES[@]}" hotich-backup.service hotich-certificate.service; do
    [ -f "$UNITS/$unit" ] || continue
    systemctl -q disable "$unit" 2>>"$LOG" || true
    rm -rf "${UNITS:?}/$unit" "$UNITS/$unit.d"
done
! has_systemd || systemctl daemon-reload

step "Gỡ trang khỏi máy chủ web"
rm -f "$SITE"
if [ -f "$SETTINGS/default-site-unlinked" ]; then
    ln -sf /etc/nginx/sites-available/default /etc/nginx/sites-enabled/default
    rm -f "$SETTINGS/default-site-unlinked"
fi
! has_systemd || ! systemctl -q is-active nginx.service || systemctl reload nginx.service

step "Xóa chương trình"
rm -f "$COMMAND" "$SETTINGS/installed" "$CLOSED"
cd /
rm -rf "${PROGRAM:?}"

cat <<TEXT

Đã gỡ. Vẫn còn nguyên, không bị đụng tới:
  $WORKSPACE   sổ dữ liệu, bản quét, khóa
  $BOOKS_FOLDER   các sổ đã quét
  $BACKUP_FOLDER   bản sao lưu
  $SETTINGS   thiết lập, khóa sao lưu, chứng thư
TEXT
! grep -q '^HOTICH_REGISTRY_URL="\?postgresql:' "$ENVIRONMENT" 2>/dev/null ||
    say "  cơ sở dữ liệu $DATABASE trên PostgreSQL của máy này"
say "Tài khoản hệ thống $ACCOUNT và các gói hệ thống cũng còn. Cài lại thì dùng tiếp dữ liệu ấy."
say "Muốn bỏ hẳn dữ liệu: tự xóa các thư mục trên, sau khi người có thẩm quyền đồng ý."

#!/usr/bin/env bash
# Upgrades the machine of an office to the version in which this script lies. Nothing of what people wrote can get lost:
#   1. while they work: a backup that is read back; the upgrade of a copy of the registry, whose rows and audit are checked
#   2. doors shut: an exact copy, then the registry itself, then the new desk is asked; any failure takes all of it back
#   3. doors open: from here on people write, so nothing is taken back any more by itself
# What was cut off (a power cut) is taken back by --take-back, and by nothing else.
# Exit codes: 0 done, 3 the machine lacks something, 4 refused, 5 failed and the old version runs again.
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

STATE=$UPGRADE/state           # OLD NEW: between them the registry may be of either
BEFORE_UPGRADE=$UPGRADE/before # the exact copy that is gone back to

usage() {
    cat <<'TEXT'
Nâng cấp hotich trên máy này lên bản nằm cùng tệp lệnh này.

  sudo scripts/office/upgrade.sh [--offline GÓI]   sao lưu, diễn tập trên bản chép, rồi mới nâng cấp thật
  sudo scripts/office/upgrade.sh --rehearse        chỉ sao lưu và diễn tập; không đổi gì
  sudo scripts/office/upgrade.sh --take-back       đưa một lần nâng cấp bị ngắt về bản cũ
TEXT
}

refuse_nothing_installed() { refuse "$REFUSED" "máy này chưa cài hotich trọn vẹn." "Hãy chạy: sudo $HERE/install.sh"; }

take_back() {  # to the old version, as it was before; runs also when half of it has been done before
    local old new
    read -r old new <"$STATE"
    say "Đưa về bản $old …"
    close_doors "taking back $new"
    stop_services || true
    put_registry_back "$old" "$BEFORE_UPGRADE" ||
        refuse "$CANNOT" "không đặt lại được sổ dữ liệu; bản chép đúng như trước nằm ở $BEFORE_UPGRADE, chưa mất gì." \
            "Hãy gọi người phụ trách kỹ thuật; sửa xong chạy lại: sudo $VERSIONS/$old/scripts/office/upgrade.sh --take-back"
    point_to "$old"
    put_services "$old"
    check_site
    start_desk ||
        refuse "$CANNOT" "đã về bản $old nhưng bàn rà soát chưa trả lời." "Xem: sudo journalctl -n 50 -u hotich-web"
    rm -f "$STATE"
    start_schedule || warn "có dịch vụ không chạy được; xem: sudo hotich doctor"
    open_doors
    say "Đã về bản $old; dữ liệu đúng như trước khi nâng cấp."
}

at_exit() {  # whatever ended this, while doors are shut all is taken back
    local code=$?
    trap - EXIT INT TERM HUP
    set +e
    close_bundle
    [ -n "$SHUT" ] || exit "$code"
    printf '\nNâng cấp không xong%s\n' "${REASON:+: $REASON}" >&2
    if [ -f "$STATE" ]; then
        (set -e; take_back) || exit $?
    else
        start_desk
        start_schedule
        open_doors
        say "Chưa đổi gì; bản $OLD chạy lại."
    fi
    exit "$TAKEN_BACK"
}

fail() {
    REASON=$1
    exit "$TAKEN_BACK"
}

ARGUMENTS=("$@")
SOURCE=$(dirname "$(dirname "$HERE")")
OFFLINE=
ONLY=
SHUT=
REASON=
while [ $# -gt 0 ]; do
    case $1 in
        --offline) OFFLINE=$(readlink -f "${2:?--offline cần tên gói}"); shift ;;
        --rehearse | --take-back) ONLY=$1 ;;
        -h | --help) usage; exit 0 ;;
        *) usage >&2; refuse "$REFUSED" "không hiểu tùy chọn $1." ;;
    esac
    shift
done

need_root
one_at_a_time
{ [ -f "$SETTINGS/installed" ] && [ -L "$CURRENT" ]; } || refuse_nothing_installed
read_folders
if [ "$ONLY" = --take-back ]; then
    [ -f "$STATE" ] || refuse "$REFUSED" "không có lần nâng cấp nào dở dang."
    take_back
    exit 0
fi
[ ! -f "$STATE" ] ||
    refuse "$REFUSED" "lần nâng cấp trước bị ngắt giữa chừng." "Hãy chạy trước: sudo $CURRENT/scripts/office/upgrade.sh --take-back"

trap at_exit EXIT
trap 'fail "bị ngắt."' INT TERM HUP
STEPS=6
step "Xem bản mới và chỗ trống"
check_system
[ -z "$OFFLINE" ] || open_bundle "$OFFLINE"
trap at_exit EXIT
check_source "$SOURCE"
OLD=$(current_version)
NEW=$(version_name "$SOURCE")
if [ "$OLD" = "$NEW" ]; then
    if [ -f "$CLOSED" ]; then  # cut off after the last step that counts
        start_desk && start_schedule && open_doors
    fi
    say "Máy đã chạy đúng bản $NEW; không có gì để nâng cấp."
    exit 0
fi
need_space "$WORKSPACE" $((3 * $(registry_megabytes) + 500)) "cho bản chép của sổ dữ liệu"
say "Đang chạy: $OLD. Sẽ lên: $NEW."
install_packages "${SYSTEM_PACKAGES[@]}"
put_version "$SOURCE" "$NEW"
put_learning "$VERSIONS/$NEW" || warn "bản mới chưa học được cho đến khi chạy lại: sudo scripts/office/install.sh --learning"

step "Sao lưu bằng bản đang chạy, rồi đọc lại bản sao lưu"
{ as_office "$OLD" backup "$BACKUP_FOLDER" --keys && as_office "$OLD" backup "$BACKUP_FOLDER" --verify; } ||
    refuse "$REFUSED" "chưa sao lưu được nên không nâng cấp; không có gì thay đổi."

step "Diễn tập trên một bản chép (mọi người vẫn làm việc)"
rehearse "$NEW" ||
    refuse "$REFUSED" "diễn tập không đạt nên không nâng cấp; bản $OLD vẫn chạy, sổ dữ liệu còn nguyên." \
        "Bản mới nằm ở $VERSIONS/$NEW; hãy gửi câu báo ở trên cho nơi cung cấp phần mềm."
if [ "$ONLY" = --rehearse ]; then
    say "Diễn tập đạt. Không có gì thay đổi."
    exit 0
fi

step "Đóng cửa, giữ một bản chép đúng như đang có"
SHUT=1
close_doors "upgrading to $NEW"
stop_services || fail "không dừng được dịch vụ."
keep_registry "$OLD" "$BEFORE_UPGRADE" || fail "không chép được sổ dữ liệu."
write_file "$STATE" 0644 root:root <<<"$OLD $NEW"

step "Nâng cấp sổ dữ liệu và chuyển sang bản $NEW"
upgrade_registry "$NEW" || fail "sổ dữ liệu không lên được bản mới."
as_office "$NEW" audit verify >>"$LOG" 2>&1 || fail "nhật ký kiểm tra của sổ đã nâng cấp không đúng."
point_to "$NEW"
REASON="không đặt được dịch vụ."
put_services "$NEW"  # not in a condition: whatever fails in it ends this, and all is taken back
REASON=
logged nginx -t || fail "nginx không nhận thiết lập mới."
start_desk || fail "bàn rà soát của bản mới không trả lời."

step "Mở cửa"
rm -f "$STATE"
SHUT=
open_doors
start_schedule || warn "có dịch vụ không chạy được; xem: sudo hotich doctor"
if has_systemd; then
    site_answers || warn "máy chủ web không trả lời qua TLS; xem: sudo journalctl -n 50 -u nginx"
    schedule_answers || warn "lịch chạy đêm chưa trả lời; xem: sudo journalctl -n 50 -u hotich-prefect -u hotich-worker"
fi
write_file "$SETTINGS/installed" 0644 root:root <<<"$NEW"
drop_old_versions "$NEW" "$OLD"
say ""
say "Đã nâng cấp lên $NEW. Bản cũ $OLD còn ở $VERSIONS; sổ dữ liệu ngay trước khi nâng cấp còn ở $BEFORE_UPGRADE."
say "Kiểm tra máy: sudo hotich doctor"

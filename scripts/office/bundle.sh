#!/usr/bin/env bash
# Writes one file from which install.sh and upgrade.sh work without a network: the program with its models, the Python
# packages by the hashes of the lock, and Debian's packages with all they need. Made on a machine with a network that runs
# the same Debian as the office's. Needs no root. Exit codes: 0 done, 3 something could not be had.
set -euo pipefail
HERE=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=scripts/office/lib/common.sh
. "$HERE/lib/common.sh"
# shellcheck source=scripts/office/lib/machine.sh
. "$HERE/lib/machine.sh"
# shellcheck source=scripts/office/lib/version.sh
. "$HERE/lib/version.sh"
# shellcheck source=scripts/office/lib/learning.sh
. "$HERE/lib/learning.sh"

WITH_LEARNING=
[ "${1:-}" != --learning ] || { WITH_LEARNING=1; shift; }
if [ $# != 1 ] || [[ $1 == -* ]]; then
    printf 'Ghi gói cài ngoại tuyến ra một tệp; với --learning có cả phần học (torch, onnx).\n\n  scripts/office/bundle.sh [--learning] TỆP.tar\n'
    exit "$REFUSED"
fi
TARGET=$(readlink -f "$1")
SOURCE=$(dirname "$(dirname "$HERE")")
PACKAGES=("${SYSTEM_PACKAGES[@]}" postgresql postgresql-client)
WORK=$(mktemp -d "$(dirname "$TARGET")/hotich-bundle.XXXXXX")
trap 'rm -rf "$WORK"' EXIT
LOG=$WORK/log
STEPS=4
check_source "$SOURCE"

step "Chép chương trình và mô hình"
mkdir -p "$WORK/bundle/project" "$WORK/bundle/wheels" "$WORK/bundle/debs"
(cd "$SOURCE" && tar -cf - --exclude=__pycache__ "${PARTS[@]}") | tar -xf - -C "$WORK/bundle/project"
version_name "$SOURCE" >"$WORK/bundle/VERSION"

step "Tải các gói Python theo mã băm đã khóa"
logged /usr/bin/python3 -m venv "$WORK/venv" || refuse "$CANNOT" "không tạo được môi trường Python (gói python3-venv)."
logged "$WORK/venv/bin/python" -m pip download --quiet --no-cache-dir --no-deps --require-hashes --only-binary :all: \
    -d "$WORK/bundle/wheels" -r "$HERE/requirements.lock" ||
    refuse "$CANNOT" "không tải được các gói Python." "Hãy kiểm tra mạng rồi chạy lại."

if [ -n "$WITH_LEARNING" ]; then
    locked_versions "$HERE/requirements.lock" >"$WORK/locked-versions"
    mapfile -t LEARNT < <(learning_packages "$WORK/venv/bin/python" "$SOURCE/pyproject.toml")
    ! is_for_graphics "$WORK/venv/bin/python" --constraint "$WORK/locked-versions" "${LEARNT[@]}" ||
        refuse "$CANNOT" "nguồn gói của máy này đưa bản torch cho card đồ họa, nặng nhiều GB." \
            "Hãy chỉ cho pip nguồn có bản torch chỉ dùng bộ xử lý rồi chạy lại."
    logged "$WORK/venv/bin/python" -m pip download --quiet --no-cache-dir --only-binary :all: \
        --constraint "$WORK/locked-versions" -d "$WORK/bundle/wheels" "${LEARNT[@]}" ||
        refuse "$CANNOT" "không tải được phần học (torch, onnx)." "Hãy kiểm tra mạng rồi chạy lại."
fi

step "Tải các gói Debian và mọi gói chúng cần"
mkdir -p "$WORK/apt/archives/partial"
: >"$WORK/apt/status"  # as on a machine that has nothing, so that nothing is left out
logged apt-get install -y -q --no-install-recommends --download-only -o Debug::NoLocking=1 -o APT::Sandbox::User=root \
    -o "Dir::State::status=$WORK/apt/status" -o "Dir::Cache::archives=$WORK/apt/archives" -o APT::Keep-Downloaded-Packages=1 \
    "${PACKAGES[@]}" ||
    refuse "$CANNOT" "không tải được các gói Debian." "Hãy chạy: sudo apt-get update, rồi chạy lại."
mv "$WORK"/apt/archives/*.deb "$WORK/bundle/debs/"
(
    cd "$WORK/bundle/debs"
    for package in *.deb; do
        dpkg-deb -f "$package"
        printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$package" "$(stat -c %s "$package")" \
            "$(sha256sum "$package" | cut -d' ' -f1)"
    done >Packages
)
printf '%s\n' "${PACKAGES[@]}" >"$WORK/bundle/packages.txt"

step "Ghi bảng kê thành phần và một tệp"
logged /usr/bin/python3 "$SOURCE/scripts/bill_of_materials.py" "$HERE/requirements.lock" --wheels "$WORK/bundle/wheels" \
    --output "$WORK/bundle/hotich.cdx.json" || refuse "$CANNOT" "không ghi được bảng kê thành phần phần mềm."
(cd "$WORK/bundle" && find . -type f -print0 | sort -z | xargs -0 sha256sum) >"$WORK/sums"
mv "$WORK/sums" "$WORK/bundle/SHA256SUMS"
tar -cf "$WORK/bundle.tar" -C "$WORK/bundle" --owner=0 --group=0 .
mv -f "$WORK/bundle.tar" "$TARGET"
say ""
say "$TARGET: $(($(stat -c %s "$TARGET") / 1000000)) MB, bản $(cat "$WORK/bundle/VERSION")," \
    "$(find "$WORK/bundle/wheels" -type f | wc -l) gói Python, $(find "$WORK/bundle/debs" -name '*.deb' | wc -l) gói Debian."
say "Mã băm SHA-256 (gửi riêng cho cơ quan để so): $(sha256sum "$TARGET" | cut -d' ' -f1)"

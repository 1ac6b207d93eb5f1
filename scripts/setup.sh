#!/usr/bin/env bash
# Prepares this checkout on a Debian machine: system programs, .venv, locked packages, the hotich command.
# A second run finds everything in place and is over at once, also without a network. Safe to stop and to start again.
# Exit codes: 0 ready, 3 something is missing that this user may not or cannot install (said in Vietnamese).
# HOTICH_PYTHON names the Python to use (3.11 or newer).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1

[ -w "${XDG_CACHE_HOME:-${HOME:-/}/.cache}" ] || [ -w "${HOME:-/}" ] || export PIP_NO_CACHE_DIR=1

. scripts/system-packages.sh

VENV=.venv
STAMP=$VENV/hotich-setup

# --- what is missing ------------------------------------------------------------------------------------------------

usable_python() {  # the first Python >= 3.11 that can make a virtual environment (never the one in .venv)
    local candidate
    local ask='import sys, venv, ensurepip; sys.version_info >= (3, 11) and print(sys._base_executable)'
    for candidate in "${HOTICH_PYTHON:-}" python3.11 python3 python3.12 python3.13 python3.14 /usr/bin/python3; do
        [ -n "$candidate" ] || continue
        "$candidate" -c "$ask" 2>/dev/null | grep . && return
    done
    return 0
}

has_language() { tesseract --list-langs 2>/dev/null | grep -qxE "$1"; }

has_font() {
    local folder
    for folder in /usr/share/fonts /usr/local/share/fonts "${HOME:-/nonexistent}/.fonts"; do
        [ -d "$folder" ] && [ -n "$(find "$folder" -name "$1" -print -quit 2>/dev/null)" ] && return 0
    done
    return 1
}

missing_packages() {  # Debian packages whose programs or files are not there, one a line
    command -v tesseract >/dev/null || echo tesseract-ocr
    has_language vie || echo tesseract-ocr-vie
    { command -v pdftoppm && command -v pdfinfo; } >/dev/null || echo poppler-utils
    has_font LiberationSerif-Regular.ttf || echo fonts-liberation
    has_font FreeMono.ttf || echo fonts-freefont-ttf
    [ -n "$(usable_python)" ] || { echo python3; echo python3-venv; }
}

# --- system packages ------------------------------------------------------------------------------------------------

mapfile -t missing < <(missing_packages)
if [ ${#missing[@]} -gt 0 ]; then
    install_system_packages "${missing[@]}"
    mapfile -t missing < <(missing_packages)
    if [ ${#missing[@]} -gt 0 ]; then
        say "Đã cài mà vẫn không thấy: ${missing[*]}. Bản Debian này có thể quá cũ (cần Python 3.11 trở lên)."
        exit $CANNOT
    fi
fi

# --- virtual environment ----------------------------------------------------------------------------------------------

wanted="$( { pwd; cat requirements.lock pyproject.toml; } | sha256sum | cut -d' ' -f1)"

usable_venv() {  # made here, not copied from elsewhere, with a Python that still runs and is the one asked for, if any
    [ -x $VENV/bin/pip ] && head -n1 $VENV/bin/pip | grep -qF "$PWD/$VENV/" || return 1
    $VENV/bin/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || return 1
    [ -z "${HOTICH_PYTHON:-}" ] || [ "$($VENV/bin/python -VV)" = "$("$HOTICH_PYTHON" -VV 2>/dev/null)" ]
}

ready() { [ "$(cat $STAMP 2>/dev/null)" = "$wanted" ] && usable_venv; }

if ready; then exit 0; fi

if ! mkdir -p $VENV 2>/dev/null || [ ! -w $VENV ]; then
    say "Không có quyền ghi vào thư mục $PWD. Hãy chép dự án vào thư mục của bạn rồi chạy lại."
    exit $CANNOT
fi
if command -v flock >/dev/null; then  # two at once would spoil each other
    exec 9>.venv.lock
    flock 9
    if ready; then exit 0; fi
fi

rm -f $STAMP
if ! usable_venv; then
    python=$(usable_python)
    say "Tạo môi trường Python trong $VENV ($("$python" -V))"
    "$python" -m venv --clear $VENV
fi
say "Cài các gói Python đã khóa phiên bản (khoảng 1,5 GB trên đĩa, lần đầu mất vài phút) …"
# --no-deps: the lock names every package. Without it pip looks up extras anew (httpx[http2]), finds a newer release
# than the locked one and refuses it for want of a hash.
if ! $VENV/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements.lock; then
    say "Chưa cài được các gói Python. Hãy kiểm tra mạng rồi chạy lại; phần đã tải không phải tải lại."
    exit $CANNOT
fi
$VENV/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
printf '%s\n' "$wanted" >$STAMP
say "Đã cài xong. Các lệnh: make help, $VENV/bin/hotich --help"

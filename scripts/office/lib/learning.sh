# shellcheck shell=bash disable=SC2034,SC2153  # names are shared with the scripts that source this
# Sourced: the packages with which a machine learns from what people confirmed (torch, onnx). Only an office that wants
# that gets them; reading ledgers needs none of them. They have no lock: torch's builds for processors and for graphics
# cards bear one version and different hashes. In a bundle they are among its digests.

LEARNING=$SETTINGS/learning     # there: this office wants it, also after an upgrade
LEARNING_MEGABYTES=2500

has_learning() { "$1/.venv/bin/python" -c 'import fontTools, onnx, torch' >/dev/null 2>&1; }

learning_packages() {  # arguments: python, pyproject.toml; what the extra for training asks for, one a line
    "$1" - "$2" <<'PYTHON'
import sys
import tomllib

with open(sys.argv[1], "rb") as file:
    print(*tomllib.load(file)["project"]["optional-dependencies"]["train"], sep="\n")
PYTHON
}

# The versions of a lock with their markers: a package that is locked for two Pythons has two versions.
locked_versions() { sed -nE 's/^([A-Za-z0-9_.-]+==[^\\]*[^\\ ]) *\\?$/\1/p' "$1"; }  # argument: a lock

is_for_graphics() {  # arguments: python, those of pip install; would pip bring the build for graphics cards, of gigabytes?
    local python=$1 report
    shift
    report=$(mktemp)
    "$python" -m pip install --dry-run --quiet --ignore-installed --report "$report" "$@" >>"$LOG" 2>&1 ||
        { rm -f "$report"; return 2; }
    grep -q '"name": "nvidia' "$report" && { rm -f "$report"; return 0; }
    rm -f "$report"
    return 1
}

put_learning() {  # argument: folder of a version; says what is wrong and fails where it cannot be had
    local target=$1 python=$1/.venv/bin/python where=() packages constraints code=0
    [ -f "$LEARNING" ] || return 0
    if has_learning "$target"; then
        say "Phần học: đã có."
        return 0
    fi
    if [ -n "${BUNDLE_FOLDER:-}" ]; then
        compgen -G "$BUNDLE_FOLDER/wheels/torch-*.whl" >/dev/null || {
            warn "gói cài ngoại tuyến không có phần học. Hãy làm gói bằng: scripts/office/bundle.sh --learning TỆP.tar"
            return 1
        }
        where=(--no-index --find-links "$BUNDLE_FOLDER/wheels")
    fi
    (need_space "$target" "$LEARNING_MEGABYTES" "cho phần học") || return 1  # the rest of the upgrade goes on
    mapfile -t packages < <(learning_packages "$python" "$target/pyproject.toml")
    constraints=$target/.venv/locked-versions
    locked_versions "$target/scripts/office/requirements.lock" >"$constraints"
    is_for_graphics "$python" "${where[@]}" --constraint "$constraints" "${packages[@]}" || code=$?
    if [ "$code" = 0 ]; then
        warn "nguồn gói của máy đưa bản torch cho card đồ họa, nặng nhiều GB. Hãy chỉ cho pip nguồn có bản torch chỉ dùng bộ xử lý, hay dùng gói cài ngoại tuyến."
        return 1
    fi
    [ "$code" != 1 ] || say "Cài phần học (torch, onnx) …"
    if [ "$code" != 1 ] || ! logged "$python" -m pip install --quiet --no-cache-dir --only-binary :all: "${where[@]}" \
        --constraint "$constraints" "${packages[@]}" || ! has_learning "$target"; then
        warn "chưa cài được phần học; mọi việc khác vẫn chạy. Nhật ký: $LOG"
        return 1
    fi
    chmod -R u=rwX,go=rX "$target/.venv"
}

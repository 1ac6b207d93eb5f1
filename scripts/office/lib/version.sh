# shellcheck shell=bash disable=SC2034,SC2153  # names are shared with the scripts that source this
# Sourced: one version of the program, whole, in a folder of its own beside the others.

PARTS=(pipeline flows schemas ocr_models docs scripts prefect.yaml pyproject.toml README.md LICENSE CHANGELOG.md)

version_name() {  # of the program in a folder: its version, and what its files hold
    local number digest
    number=$(sed -n 's/^__version__ = "\(.*\)"$/\1/p' "$1/pipeline/__init__.py")
    digest=$(cd "$1" && find "${PARTS[@]}" -type f ! -path '*/__pycache__/*' -print0 | sort -z |
        xargs -0 sha256sum | sha256sum | cut -c 1-10)
    printf '%s-%s\n' "$number" "$digest"
}

check_source() {
    local part
    for part in "${PARTS[@]}"; do
        [ -e "$1/$part" ] || refuse "$CANNOT" "thư mục chương trình $1 thiếu $part." "Hãy lấy lại trọn bộ rồi chạy lại."
    done
}

is_whole() { [ -f "$VERSIONS/$1/whole" ]; }

put_version() {  # arguments: folder of the program, name; what an interrupted run has left is gone on with
    local source=$1 name=$2 target=$VERSIONS/$2 where=()
    if is_whole "$name"; then
        say "Bản $name: đã có trọn vẹn ở $target."
        return 0
    fi
    need_space "$PROGRAM" "$PROGRAM_MEGABYTES" "cho chương trình"
    say "Chép chương trình vào $target"
    mkdir -p "$target"
    (cd "$source" && tar -cf - --exclude=__pycache__ "${PARTS[@]}") | tar -xf - -C "$target" --no-same-owner
    "$target/.venv/bin/python" -m pip --version >/dev/null 2>&1 ||
        logged /usr/bin/python3 -m venv --clear "$target/.venv" ||
        refuse "$CANNOT" "không tạo được môi trường Python."
    [ -z "${BUNDLE_FOLDER:-}" ] || where=(--no-index --find-links "$BUNDLE_FOLDER/wheels")
    say "Cài các gói Python đã khóa phiên bản và mã băm (vài phút) …"
    logged "$target/.venv/bin/python" -m pip install --quiet --no-cache-dir --no-deps --require-hashes "${where[@]}" \
        -r "$target/scripts/office/requirements.lock" ||
        refuse "$CANNOT" "chưa cài được các gói Python." "Hãy kiểm tra mạng (hay gói cài ngoại tuyến) rồi chạy lại."
    logged "$target/.venv/bin/python" -m pip install --quiet --no-deps --no-index --no-build-isolation --editable "$target" ||
        refuse "$CANNOT" "không cài được chính chương trình."
    logged "$target/.venv/bin/python" -m compileall -q "$target/pipeline" "$target/flows" ||
        refuse "$CANNOT" "chương trình có tệp hỏng." "Hãy lấy lại trọn bộ rồi chạy lại."
    logged "$target/.venv/bin/hotich" schemas check ||
        refuse "$CANNOT" "bản $name không chạy được trên máy này."
    logged "$target/.venv/bin/python" "$target/scripts/bill_of_materials.py" "$target/scripts/office/requirements.lock" \
        --output "$target/hotich.cdx.json" || refuse "$CANNOT" "các gói đã cài không đúng bản đã khóa."
    chmod -R u=rwX,go=rX "$target"
    chown -R root:root "$target"
    write_file "$target/whole" 0644 root:root <<<"$(date -u +%FT%TZ)"
}

point_to() {  # makes a version the one that runs; the link is never missing in between
    ln -sfn "versions/$1" "$PROGRAM/.current"
    mv -T "$PROGRAM/.current" "$CURRENT"
}

drop_old_versions() {  # keeps the one that runs and the one before it
    local keep=("$@") name
    for name in "$VERSIONS"/*/; do
        name=$(basename "$name")
        [[ " ${keep[*]} " == *" $name "* ]] || rm -rf "${VERSIONS:?}/$name"
    done
}

open_bundle() {  # argument: the file that bundle.sh wrote; sets BUNDLE_FOLDER and SOURCE
    local bundle=$1
    [ -f "$bundle" ] || refuse "$CANNOT" "không thấy gói cài ngoại tuyến $bundle."
    need_space /var/tmp $(($(stat -c %s "$bundle") / 500000 + 200)) "để mở gói cài ngoại tuyến"
    BUNDLE_FOLDER=$(mktemp -d /var/tmp/hotich-bundle.XXXXXX)
    trap close_bundle EXIT
    say "Mở gói cài ngoại tuyến và so mã băm từng tệp …"
    { tar -xf "$bundle" -C "$BUNDLE_FOLDER" --no-same-owner 2>>"$LOG" && [ -f "$BUNDLE_FOLDER/SHA256SUMS" ]; } ||
        refuse "$CANNOT" "$bundle không phải gói cài của hotich, hoặc bị hỏng." "Hãy chép lại tệp ấy."
    (cd "$BUNDLE_FOLDER" && sha256sum --quiet --strict --check SHA256SUMS) >>"$LOG" 2>&1 ||
        refuse "$CANNOT" "gói cài ngoại tuyến bị hỏng: mã băm không khớp." "Hãy chép lại tệp ấy; nhật ký: $LOG"
    local unknown
    unknown=$(cd "$BUNDLE_FOLDER" && find . -type f ! -name SHA256SUMS | sort |
        comm -23 - <(cut -c 67- SHA256SUMS | sort) | head -n 1)
    [ -z "$unknown" ] || refuse "$REFUSED" "gói cài ngoại tuyến có tệp lạ: $unknown."
    SOURCE=$BUNDLE_FOLDER/project
}

close_bundle() { [ -z "${BUNDLE_FOLDER:-}" ] || rm -rf "$BUNDLE_FOLDER"; }
